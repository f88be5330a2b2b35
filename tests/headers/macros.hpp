// Macros that programs have when they come to include the library, as frameworks and old headers define them. Those that
// are like a value stand for what compiles nowhere, those with arguments, too, so that no name of the library can be one.
//
// Not here: words of the language, and names of the standard library but those two that everybody has met (Arduino's
// abs and round, move and erase of ncurses, error and length of R): its own headers do not compile behind these. Boost
// does not behind T, U, N, check and others, so that the bodies of the network half are tried with Boost included before.
#pragma once

#define NOT_A_NAME 1 2 "a macro of the program's" 3

// Windows.h and what it brings
#define near NOT_A_NAME
#define far NOT_A_NAME
#define pascal NOT_A_NAME
#define cdecl NOT_A_NAME
#define small NOT_A_NAME
#define hyper NOT_A_NAME
#define interface NOT_A_NAME
#define IN NOT_A_NAME
#define OUT NOT_A_NAME
#define OPTIONAL NOT_A_NAME
#define BOOL NOT_A_NAME
#define VOID NOT_A_NAME
#define CONST NOT_A_NAME
#define TRUE NOT_A_NAME
#define FALSE NOT_A_NAME
#define ERROR NOT_A_NAME
#define NO_ERROR NOT_A_NAME
#define DELETE NOT_A_NAME
#define STRICT NOT_A_NAME
#define IGNORE NOT_A_NAME
#define INFINITE NOT_A_NAME
#define ABSOLUTE NOT_A_NAME
#define RELATIVE NOT_A_NAME
#define TRANSPARENT NOT_A_NAME
#define CreateFile NOT_A_NAME
#define GetMessage NOT_A_NAME
#define SendMessage NOT_A_NAME
#define GetObject NOT_A_NAME
#define LoadString NOT_A_NAME
#define Yield NOT_A_NAME

// X11
#define None NOT_A_NAME
#define Bool NOT_A_NAME
#define Status NOT_A_NAME
#define Success NOT_A_NAME
#define Always NOT_A_NAME
#define True NOT_A_NAME
#define False NOT_A_NAME
#define Above NOT_A_NAME
#define Below NOT_A_NAME
#define Unsorted NOT_A_NAME
#define Complex NOT_A_NAME
#define Convex NOT_A_NAME
#define KeyPress NOT_A_NAME
#define FocusIn NOT_A_NAME
#define Expose NOT_A_NAME
#define Opposite NOT_A_NAME

// Qt
#define slots NOT_A_NAME
#define signals NOT_A_NAME
#define emit NOT_A_NAME
#define foreach(variable, container) NOT_A_NAME
#define forever NOT_A_NAME
#define Q_OBJECT NOT_A_NAME
#define SIGNAL(a) NOT_A_NAME
#define SLOT(a) NOT_A_NAME

// Arduino and its kin
#define B0 NOT_A_NAME
#define B1 NOT_A_NAME
#define B00000001 NOT_A_NAME
#define PI NOT_A_NAME
#define EULER NOT_A_NAME
#define HIGH NOT_A_NAME
#define LOW NOT_A_NAME
#define INPUT NOT_A_NAME
#define OUTPUT NOT_A_NAME
#define DEC NOT_A_NAME
#define HEX NOT_A_NAME
#define OCT NOT_A_NAME
#define BIN NOT_A_NAME
#define DEFAULT NOT_A_NAME
#define INTERNAL NOT_A_NAME
#define EXTERNAL NOT_A_NAME
#define SERIAL NOT_A_NAME
#define DISPLAY NOT_A_NAME
#define F(text) NOT_A_NAME
#define sq(x) NOT_A_NAME
#define bit(b) NOT_A_NAME
#define word(...) NOT_A_NAME
#define radians(x) NOT_A_NAME
#define degrees(x) NOT_A_NAME
#define constrain(x, low, high) NOT_A_NAME
#define interrupts() NOT_A_NAME

// The C library and compilers: sys/sysmacros.h, complex.h, termios.h, -std=gnu++20, newlib's ctype.h
#define major(device) NOT_A_NAME
#define minor(device) NOT_A_NAME
#define makedev(major, minor) NOT_A_NAME
#define I NOT_A_NAME
#define B50 NOT_A_NAME
#define ECHO NOT_A_NAME
#undef unix
#undef linux
#define unix NOT_A_NAME
#define linux NOT_A_NAME
#define i386 NOT_A_NAME
#define _T(text) NOT_A_NAME
#define _TEXT(text) NOT_A_NAME
#define _N NOT_A_NAME
#define _U NOT_A_NAME
#define _L NOT_A_NAME
#define _S NOT_A_NAME
#define _C NOT_A_NAME
#define _X NOT_A_NAME
#define _B NOT_A_NAME

// AssertMacros.h of macOS, Unreal, Boost.Test, GoogleTest, Catch, glog, syslog.h
#define check(...) NOT_A_NAME
#define checkf(...) NOT_A_NAME
#define check_string(...) NOT_A_NAME
#define verify(...) NOT_A_NAME
#define verify_action(...) NOT_A_NAME
#define require(...) NOT_A_NAME
#define require_noerr(...) NOT_A_NAME
#define require_action(...) NOT_A_NAME
#define ensure(...) NOT_A_NAME
#define Check NOT_A_NAME
#define CHECK(...) NOT_A_NAME
#define REQUIRE(...) NOT_A_NAME
#define SECTION(...) NOT_A_NAME
#define TEST(...) NOT_A_NAME
#define FAIL(...) NOT_A_NAME
#define INFO NOT_A_NAME
#define WARN NOT_A_NAME
#define WARNING NOT_A_NAME
#define DEBUG NOT_A_NAME
#define TRACE NOT_A_NAME
#define FATAL NOT_A_NAME
#define LOG(...) NOT_A_NAME
#define OK NOT_A_NAME
#define TEXT(text) NOT_A_NAME
#define UPROPERTY(...) NOT_A_NAME
#define likely(x) NOT_A_NAME
#define unlikely(x) NOT_A_NAME
#define ARRAY_SIZE(a) NOT_A_NAME
#define VERSION NOT_A_NAME
#define PACKAGE NOT_A_NAME
#define YES NOT_A_NAME
#define NO NOT_A_NAME
#define nil NOT_A_NAME
#define Nil NOT_A_NAME

// Abbreviations and words of many
#define ASSERT(...) NOT_A_NAME
#define UNUSED(x) NOT_A_NAME
#define MIN(a, b) NOT_A_NAME
#define MAX(a, b) NOT_A_NAME
#define ABS(x) NOT_A_NAME
#define CLAMP(x, low, high) NOT_A_NAME
#define ANY NOT_A_NAME
#define NONE NOT_A_NAME
#define EMPTY NOT_A_NAME
#define PUBLIC NOT_A_NAME
#define PRIVATE NOT_A_NAME
#define EXPORT NOT_A_NAME
#define OVERFLOW NOT_A_NAME
#define UNDERFLOW NOT_A_NAME
#define DOMAIN NOT_A_NAME
#define T NOT_A_NAME
#define U NOT_A_NAME
#define N NOT_A_NAME

// A program may not define these before a standard header, but Windows.h does, Arduino does, and assert may be any.
#define min(a, b) NOT_A_NAME
#define max(a, b) NOT_A_NAME
#undef assert
#define assert(...) NOT_A_NAME
