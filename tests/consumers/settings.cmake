# What a project's directory is like before and after it takes a library in. Included by CMake itself at the end of the
# consumer's project() (CMAKE_PROJECT_consumer_INCLUDE); the second look comes at the end of its CMakeLists.txt. Every
# difference is one line in ${CONSUMER_SETTINGS}: kind, name, value before, value after.

function(look when)
  set(seen "")
  get_directory_property(normal VARIABLES)
  get_cmake_property(cached CACHE_VARIABLES)
  list(REMOVE_DUPLICATES normal)
  list(FILTER normal EXCLUDE REGEX "^(ARG|CMAKE_CURRENT_FUNCTION|seen$|when$)") # of this function
  foreach(name IN LISTS normal)
    list(APPEND seen "variable ${name}")
    set_property(GLOBAL PROPERTY "${when} variable ${name}" "${${name}}")
  endforeach()
  foreach(name IN LISTS cached)
    list(APPEND seen "cache ${name}")
    set_property(GLOBAL PROPERTY "${when} cache ${name}" "$CACHE{${name}}")
  endforeach()
  foreach(
    name IN
    ITEMS ADDITIONAL_CLEAN_FILES CMAKE_CONFIGURE_DEPENDS COMPILE_DEFINITIONS COMPILE_OPTIONS INCLUDE_DIRECTORIES
          LINK_DIRECTORIES LINK_OPTIONS RULE_LAUNCH_COMPILE RULE_LAUNCH_LINK TEST_INCLUDE_FILES)
    get_directory_property(value ${name})
    list(APPEND seen "directory ${name}")
    set_property(GLOBAL PROPERTY "${when} directory ${name}" "${value}")
  endforeach()
  foreach(
    name IN
    ITEMS AUTOGEN_TARGETS_FOLDER CMAKE_CXX_KNOWN_FEATURES ENABLED_LANGUAGES FIND_LIBRARY_USE_LIB64_PATHS JOB_POOLS
          PREDEFINED_TARGETS_FOLDER REPORT_UNDEFINED_PROPERTIES RULE_LAUNCH_COMPILE RULE_LAUNCH_LINK
          TARGET_SUPPORTS_SHARED_LIBS USE_FOLDERS)
    get_property(value GLOBAL PROPERTY ${name})
    list(APPEND seen "global ${name}")
    set_property(GLOBAL PROPERTY "${when} global ${name}" "${value}")
  endforeach()
  list(APPEND seen "environment")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E environment OUTPUT_VARIABLE value)
  set_property(GLOBAL PROPERTY "${when} environment" "${value}")
  set_property(GLOBAL PROPERTY "${when} seen" "${seen}")
endfunction()

function(look_again)
  look(after)
  get_property(before GLOBAL PROPERTY "before seen")
  get_property(after GLOBAL PROPERTY "after seen")
  set(names ${before} ${after})
  list(REMOVE_DUPLICATES names)
  set(report "")
  foreach(name IN LISTS names)
    get_property(old GLOBAL PROPERTY "before ${name}")
    get_property(new GLOBAL PROPERTY "after ${name}")
    if(NOT old STREQUAL new OR (NOT name IN_LIST before) OR (NOT name IN_LIST after))
      string(REPLACE "\n" " " line "${name}: '${old}' -> '${new}'")
      string(APPEND report "${line}\n")
    endif()
  endforeach()
  file(WRITE "${CONSUMER_SETTINGS}" "${report}")
endfunction()

look(before)
cmake_language(DEFER CALL look_again)
