"""What an upload in parts must stand, whatever the store: every fault at every operation, once and for ever, and more. Each
check lets these tests run among its own:

    CASES = ThatStoresUploads()
    test_once = CASES.once
"""

import collections
import datetime
import email.utils
import socket
import threading
import time

import fault_proxy
from fault_proxy import DEADLINE, MIB, STALLS, answer_lost, reset, says
from servers import Run, all_of, data_of


class Uploads:
    """A store, as these tests see it. What is not set here is told by a class of the store's own."""
    faults = {}  # by name
    kinds = []  # of the requests that an upload of `body` takes: three parts, and what is before and after them
    abort = ()  # the kinds of request that an abort takes, in this order
    look = ""  # the kind of request that finds out what came of a completion
    whole_look = set()  # faults that fail other requests and are a whole answer to that one
    looks_before = looks_behind = 0  # which of `kinds`, from 1, only look for an object before and behind the completion
    parts_at_once = True  # otherwise another request is answered before the first part is sent
    body = small = b""
    part_size = stall_part = 0
    small_kind = "create"  # of request, with next to no body: how long is waited before it comes again can be measured
    stalls = tuple(STALLS)
    at_a_time = 6  # runs
    denied_words = skewed_words = expired_words = ""  # the store's own

    def kind_of(self, request):
        """Kind and part: what fault_proxy asks."""
        raise NotImplementedError

    def store(self, server):
        """A servers.Store."""
        raise NotImplementedError

    def started(self, client, server):
        """What servers.Run starts with a port."""
        return client

    def left_unnamed(self, name, n):
        """Whether nothing needs to be named where everything fails with this fault from operation n on."""
        return False

    def denied(self):
        """An Answer that refuses for good."""
        raise NotImplementedError

    def busy(self, fields):
        """An Answer that asks to slow down, with these header fields."""
        raise NotImplementedError

    def skewed(self, fields):
        """An Answer that refuses a request for its date, with these header fields."""
        raise NotImplementedError

    def date_of(self, request):
        """What a request is dated with."""
        raise NotImplementedError

    def signed_anew(self, server):
        """A fault that is none: passes a request on as a server takes it that has the right time."""
        raise NotImplementedError

    # Of stores that take bearer tokens, too:

    def with_tokens(self, tokens):
        """Options of the client, which shows these tokens, each after the last was refused."""
        raise NotImplementedError

    def bearing(self, server):
        """A fault that is none: passes a request on as a server takes it whatever its token is."""
        raise NotImplementedError

    def expired(self, message):
        """An Answer that refuses a token."""
        raise NotImplementedError

    # --- means

    def proxied(self, server, plan, **more):
        return fault_proxy.proxied(server, plan, self.kind_of, **more)

    def run(self, client, server, proxy, key, body, **options):
        options.setdefault("part_size", self.part_size)
        return Run(self.started(client, server), proxy.port, "upload", key, body=body, **options)

    def at_every_operation(self, faults):
        """Of fault, operation and connections; those that only vary another have one connection or four, in turn."""
        varied = {"bad_gateway", "reset_at_1", "bad_status", "bad_length", "line_endless", "body_cut", "body_large", "body_endless"}
        return [(f, n, c) for f in faults for n in range(1, len(self.kinds) + 1)
                for c in ((1, 4) if f not in varied else (1, 4)[n % 2:][:1])]

    def clean_peak(self, s, client, connections):
        """The memory that an upload needs without any fault, and that it takes these operations."""
        with self.proxied(s, lambda r: None) as proxy:
            run = self.run(client, s, proxy, f"clean/{connections}", self.body, connections=connections).ok()
        assert [r.kind for r in proxy.seen] == self.kinds, [r.kind for r in proxy.seen]
        assert self.store(s).object(f"clean/{connections}") == self.body
        return run.peak

    # --- the tests

    def once(self, s, client):
        """operation n fails once, for every n and every fault: success, or a clear error and nothing left"""
        store, peak = self.store(s), {c: self.clean_peak(s, client, c) for c in (1, 4)}

        def work(name, n, connections):
            fault, key = self.faults[name], f"once/{name}/{n}-{connections}"
            with self.proxied(s, lambda r: fault.act if r.n == n else None) as proxy:
                run = self.run(client, s, proxy, key, self.body, connections=connections, attempts=3)
            [hit] = proxy.hits()
            store.judge(run, key, self.body, proxy.seen)
            if n in (self.looks_before, self.looks_behind) and name.startswith("body_"):
                return  # to a look it is the whole answer that there is another object: refused, or not known to be this one
            whole = n == self.looks_before and name in self.whole_look
            if hit.kind in fault.mends or whole or n == self.looks_behind:  # the ETag has proven it before
                run.ok()
            else:
                code, text = fault.error(hit.kind)
                run.error(code, text)
                # (a request that began an upload and whose answer told no id: the only thing that may be left)
                assert hit.kind == "create" or not store.uploads(key), store.uploads(key)
            assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
            assert run.peak < peak[connections] + 64 * MIB, f"{run.peak / MIB:.0f} MiB instead of {peak[connections] / MIB:.0f}"
        all_of(work, self.at_every_operation(self.faults), self.at_a_time)

    def for_ever(self, s, client):
        """from operation n on everything fails, for every n and every fault: an error that names key and upload id"""
        store = self.store(s)

        def work(name, n, connections):
            fault, key = self.faults[name], f"for-ever/{name}/{n}-{connections}"
            with self.proxied(s, lambda r: fault.act if r.n >= n else None) as proxy:
                run = self.run(client, s, proxy, key, self.body, connections=connections, attempts=2)
            store.judge(run, key, self.body, proxy.seen)
            passed = n == self.looks_before and name in self.whole_look
            code, text = fault.error(proxy.hits()[1 if passed else 0].kind)
            if self.left_unnamed(name, n):
                run.error(code, text)
            else:
                # Of a completion it may be all that is known that nothing is, and a look whose answer is spoilt may see
                # what is not there.
                late = bool(self.looks_before) and n >= self.looks_before
                assert run.words[1] in {code, *(["outcome_unknown", "precondition_failed"] if late else [])}, (code, run.out)
                run.error(run.words[1], text, "are left behind", "(upload id ")
            assert len(proxy.seen) <= 30, [r.kind for r in proxy.seen]
            assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
        lasting = (f for f in self.faults if self.abort[0] not in self.faults[f].passes_for)
        all_of(work, [c for c in self.at_every_operation(lasting) if c[1] != self.looks_behind], self.at_a_time)

    def one_request(self, s, client):
        """the one request of a small object fails, once and for ever"""
        store = self.store(s)

        def work(name, once):
            fault, key = self.faults[name], f"one/{name}/{once}"
            with self.proxied(s, lambda r: fault.act if r.kind == "put" and (not r.before or not once) else None) as proxy:
                run = self.run(client, s, proxy, key, self.small, attempts=2)
            store.judge(run, key, self.small, proxy.seen)
            puts = [r for r in proxy.seen if r.kind == "put"]
            assert len(puts) <= 3 and {r.kind for r in proxy.seen} <= {"put", "head"}, [r.kind for r in proxy.seen]
            if once and "put" in fault.mends:
                run.ok()
            else:
                run.error(*fault.error("put"))
            assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
        all_of(work, [(f, once) for f in self.faults for once in (True, False)])

    def failed_abort(self, s, client):
        """a part is refused for good, and then the abort fails once: nothing is left"""
        store = self.store(s)

        def work(name, kind):
            fault, key = self.faults[name], f"abort/{name}-{kind}"

            def plan(r):
                if r.kind == kind:
                    return None if r.before else fault.act
                return says(self.denied()) if r.part == 2 else None
            with self.proxied(s, plan) as proxy:
                run = self.run(client, s, proxy, key, self.body, attempts=2)
            store.judge(run, key, self.body, proxy.seen)
            run.error("access_denied", f"part 2 of '{key}'", self.denied_words)
            assert not store.uploads(key) and store.object(key) is None
            assert [r.kind for r in proxy.hits()] == ["part", kind]  # each once: a refusal is no passing trouble
        all_of(work, [(name, kind) for kind in self.abort for name, f in self.faults.items()
                      if kind not in f.passes_for and not (kind == "head" and f.in_body)])

    def late_part(self, s, client):
        """a part that is cut off stays in the server's hands until after the abort: another abort comes after it"""
        store = self.store(s)

        def work(after):
            key, aborted, arrived, when = f"late/{after}", threading.Event(), threading.Event(), []

            def late(proxy, request):
                body = b"".join(request.body())
                with socket.create_connection(("127.0.0.1", s.port)) as server:
                    server.sendall(request.head + b"\r\n\r\n" + body[:-1])
                    reset(request.line)
                    aborted.wait(DEADLINE)
                    time.sleep(after)
                    server.sendall(body[-1:])
                    server.recv(1 << 16)
                    when.append(time.monotonic())
                    arrived.set()

            def aborts(proxy, request):
                proxy.forward(request).send(request.line)
                aborted.set()
                return True
            with self.proxied(s, lambda r: late if r.part == 2 else aborts if r.kind == self.abort[-1] else None) as proxy:
                run = self.run(client, s, proxy, key, self.body, attempts=1)
                assert arrived.wait(DEADLINE)
            store.judge(run, key, self.body, proxy.seen)
            run.error("connection_lost", f"part 2 of '{key}'")
            assert not store.uploads(key) and store.object(key) is None
            # (Not every server brings the upload back by itself; S3 says that it may.)
            assert proxy.seen[-1].kind in self.abort and proxy.seen[-1].began > when[0], [r.kind for r in proxy.seen]
        all_of(work, [(0.0,), (0.1,), (0.3,)])

    def failed_look(self, s, client):
        """the answer to the completion is lost, and then the look at its outcome fails once: success, or it says that it does not know"""
        store = self.store(s)

        def work(name):
            fault, key = self.faults[name], f"look/{name}"

            def plan(r):
                if r.kind == self.look and r.before == (1 if self.looks_before else 0):
                    return fault.act
                return answer_lost if r.kind == "complete" else None
            with self.proxied(s, plan) as proxy:
                run = self.run(client, s, proxy, key, self.body, attempts=2)
            assert [r.kind for r in proxy.hits()] == ["complete", "complete", self.look], [r.kind for r in proxy.seen]
            assert store.object(key) == self.body
            store.judge(run, key, self.body, proxy.seen)
            if self.look in fault.mends and name not in self.whole_look:
                run.ok()
            else:
                # (what is no answer of a store's says as little as none)
                assert run.words[1] in ("connection_lost", "outcome_unknown"), run.out
                run.error(run.words[1], f"object '{key}' may or may not exist")
        all_of(work, [(f,) for f in self.faults])

    def clock(self, s, client):
        """a server whose clock is an hour off: requests follow its clock after one refusal; without its Date they cannot"""
        store = self.store(s)

        def work(hours, dated, connections):
            key, off = f"clock/{hours}-{dated}-{connections}", datetime.timedelta(hours=hours)
            refused, passed_on = [], self.signed_anew(s)

            def plan(r):
                there = datetime.datetime.now(datetime.timezone.utc) + off
                stamp = self.date_of(r)
                if abs(stamp - there) > datetime.timedelta(minutes=15):
                    refused.append(r)
                    date = [("Date", email.utils.format_datetime(there, usegmt=True))] if dated else []
                    return says(self.skewed(date))
                assert abs(stamp - there) < datetime.timedelta(seconds=DEADLINE), stamp
                return passed_on
            with self.proxied(s, plan) as proxy:
                run = self.run(client, s, proxy, key, self.body, connections=connections)
            store.judge(run, key, self.body, proxy.seen)
            if dated:
                run.ok()
                # one for each part that was on its way before anything was learnt
                most = min(connections, 3) if self.parts_at_once else 1
                assert 1 <= len(refused) <= most and len(proxy.seen) == len(refused) + len(self.kinds), (len(refused), len(proxy.seen))
            else:
                run.error("clock_skewed", self.skewed_words)
                assert len(proxy.seen) == 1
        all_of(work, [(h, True, c) for h in (-1, 1, 24 * 400) for c in (1, 4)] + [(1, False, 1)])

    def token(self, s, client):
        """a token that expires at operation n: another one is asked for, once, and none is in any message"""
        store, tokens, passed_on = self.store(s), ["eyJfirst.token-of.3", "eyJsecond.token-of.3"], self.bearing(s)

        def told(proxy, request):
            """And the server repeats what it was shown."""
            return says(self.expired(f"Lifetime validation failed: {request.fields['authorization']}"))(proxy, request)

        def work(n, mode, connections):
            key = f"token/{n}-{mode}-{connections}"

            def plan(r):
                shown = r.fields["authorization"].removeprefix("Bearer ")
                assert shown in tokens, shown
                return told if r.n >= n and (shown == tokens[0] or mode == "refused") else passed_on
            with self.proxied(s, plan) as proxy:
                run = self.run(client, s, proxy, key, self.body, connections=connections, hidden=tokens, **self.with_tokens(tokens))
            store.judge(run, key, self.body, proxy.seen)
            refused = [r for r in proxy.hits() if r.fault is told]
            if mode == "renewed":
                run.ok()
                # one for each part that was on its way before another token was there
                most = min(connections, 3)
                assert 1 <= len(refused) <= most and len(proxy.seen) == len(refused) + len(self.kinds), [r.kind for r in proxy.seen]
            else:
                run.error("access_denied", self.expired_words, *(["are left behind"] if n != 1 else []))
                if n == 1:
                    assert [r.fields["authorization"][7:] for r in refused] == tokens, len(refused)
        operations = range(1, len(self.kinds) + 1)
        all_of(work, [(n, "renewed", c) for n in operations for c in (1, 4)] + [(n, "refused", 1) for n in operations if n != self.looks_behind])

    def slow_down_bursts(self, s, client):
        """the first three requests are told to slow down: what they ask for is waited for, and then it goes on"""
        store = self.store(s)
        waits = {"none": (None, 0, 3), "zero": ("0", 0, 3), "one": ("1", 1, 9), "negative": ("-5", 0, 3), "words": ("soon", 0, 3),
                 "date": (lambda: email.utils.formatdate(time.time() + 2, usegmt=True), 1, 9)}

        def work(kind, name, connections):
            value, least, most = waits[name]
            key = f"burst/{kind}/{name}-{connections}"

            def plan(r):
                if r.kind != kind or len([q for q in proxy.seen if q.kind == kind]) > 3:
                    return None
                text = value() if callable(value) else value
                return says(self.busy([] if text is None else [("Retry-After", text)]))
            with self.proxied(s, plan) as proxy:
                run = self.run(client, s, proxy, key, self.body, connections=connections, attempts=4)
            store.judge(run, key, self.body, proxy.seen)
            run.ok()
            assert len(proxy.hits()) == 3 and len(proxy.seen) == len(self.kinds) + 3, [r.kind for r in proxy.seen]
            tries = collections.defaultdict(list)
            for r in proxy.seen:
                tries[r.kind, r.part].append(r)
            if self.looks_before:
                del tries[self.look, 0]  # the looks before and behind are two requests
            for same in tries.values():
                for a, b in zip(same, same[1:]):
                    # what is sent takes its time too
                    assert least <= b.began - a.began <= most + 5, (name, b.began - a.began)
        all_of(work, dict.fromkeys([(self.small_kind, name, 1) for name in waits] +
                                   [("part", "one", 4), ("part", "none", 4), ("complete", "one", 1)]))

    def silences(self, s, client):
        """a peer that stops reading in the middle of a part, or writing: a timeout in time, tried again, and nothing left"""
        store, limit = self.store(s), 1.5
        body = data_of(3 * self.stall_part, 79)  # parts that no buffer of the system holds

        def work(name, mode, connections):
            act, text = STALLS[name]
            key = f"stalls/{name}/{mode}-{connections}"

            def plan(r):
                if mode == "once":
                    return act if r.part == 2 and not r.before else None
                return act if r.part == 2 or (mode == "for_ever" and proxy.hits()) else None
            with self.proxied(s, plan, receive_buffer=1 << 16) as proxy:
                run = self.run(client, s, proxy, key, body, part_size=self.stall_part, connections=connections,
                               attempts=2 if mode == "once" else 1, stall_ms=int(limit * 1000))
            store.judge(run, key, body, proxy.seen)
            if mode == "once":
                run.ok()
            elif mode == "part":
                run.error("timeout", f"part 2 of '{key}'", text)
                assert not store.uploads(key)
            else:
                run.error("timeout", "part ", text, "are left behind", "upload id")
            began = proxy.hits()[0].began
            # the stall itself, a moment for the parts under way, the abort's own stall and its repetitions
            assert limit < run.ended - began < limit + 2 + limit + 1.75 + 6, run.ended - began
        all_of(work, [(n, m, c) for n in STALLS for m, c in (("once", 1), ("part", 4), ("for_ever", 1)) if n in self.stalls])
