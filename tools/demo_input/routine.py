"""The ordinary days: requests that go as they should, and those that are turned down, run out or are withdrawn.

Nothing in here breaks a rule of R01 to R03: reviewers never stand in the chain of whoever asks or acts, nor own an
agent in it; what runs is what was granted."""

from .company import (CI, DAY, EU, HOUR, INES, LAB, LAB_SILENT_FROM, OWNERS, POLICIES, SLACK, TOMAS, TRAIL, US, members, pid,
                      policy_ref, principal, publish)
from .flow import POLICY_CHANGE, BatchItems, Case, strip
from .stage import at, digest, digest_of, jcs, stamp

DATASETS = ["customers-eu", "shipments-2026", "driver-contacts", "claims-archive"]
TABLES = ["orders", "billing", "routes", "tariffs"]
STATEMENTS = ["UPDATE {0} SET state='released' WHERE id={1}", "DELETE FROM {0}_staging WHERE batch={1}",
              "UPDATE {0} SET hub='HAM' WHERE hub='HH' AND id<{1}", "INSERT INTO {0}_audit SELECT * FROM {0} WHERE id={1}"]
HOSTS = ["edge-%02d.fra", "edge-%02d.iad", "scan-%02d.ham"]
REPOS = ["tracking-api", "label-service", "route-planner", "customs-bridge"]


def people_of(who):
    """Everybody in a chain, and the owners of its agents: none of them may approve."""
    keys = set()
    while who:
        keys.add(who["id"])
        if who["id"] in OWNERS:
            keys.add(pid(OWNERS[who["id"]]))
        who = who.get("on_behalf_of")
    return keys


def reviewers(stage, group, when, requester, count=1, but=()):
    barred = people_of(requester)
    free = [k for k in members(group, when) if pid(k) not in barred and k not in but]
    chosen = []
    while len(chosen) < count:
        key = stage.pick([k for k in free if k not in chosen])
        chosen.append(key)
    return chosen


def agent(key, *behalf):
    auth = {"method": "oidc", "strength": "single", "credential": "spiffe://nordlicht/" + key.split(":")[1]}
    return principal(key, *behalf, auth=auth)


def database_action(stage):
    table = stage.pick(TABLES)
    sql = stage.pick(STATEMENTS).format(table, stage.whole(1000, 99999))
    return {"verb": "db.execute", "resource": {"type": "postgres", "id": table, "environment": "production"}, "parameters": {"sql": sql}}


def export_action(stage):
    return {"verb": "data.export",
            "resource": {"type": "dataset", "id": stage.pick(DATASETS), "environment": "production", "data_classes": ["pii"]},
            "destination": {"type": "s3.bucket", "id": stage.pick(["nordlicht-reports", "nordlicht-ml-input"])},
            "parameters": {"format": "parquet", "rows": stage.whole(1000, 900000)}}


def context(stage, agentic):
    value = {"ticket": "NL-%d" % stage.whole(2000, 4999)}
    if agentic:
        value.update(model="m-medium", model_version="2026-09", prompt_digest=digest(b"prompt %d" % stage.whole(0, 10**9)),
                     tool_call_id="call_%08x" % stage.whole(0, 2**32 - 1))
    return value


def decided(stage, case, groups, but=()):
    """Shown to the groups, voted by one of each; returns the moment of the last vote and the votes."""
    chosen = []
    for group, count in groups:
        chosen += reviewers(stage, group, case.when, case.requester, count, but=list(but) + chosen)
    case.notify(case.when + stage.between(0.2, 0.9), chosen)
    when, votes = case.when, []
    for key in chosen:
        when += stage.between(40, 900)
        votes.append(case.vote(key, when))
    return when, votes


def run(stage, case, when, executor=None, **result):
    start = when + stage.between(1, 60)
    case.start(start, executor or case.executor())
    end = start + stage.between(1, 600)
    case.finish(end, outcome="succeeded" if stage.chance(0.96) else "failed", **result)
    return end


def export(stage, when):
    analyst = stage.pick(["mira", "yusuf", "grace"])
    asks = agent("agent:report-writer", analyst) if stage.chance(0.6) and analyst != "grace" else principal(analyst)
    case = Case(stage, EU, when, export_action(stage), "export-personal-data")
    case.request(asks, context(stage, asks["kind"] == "agent"))
    last, votes = decided(stage, case, [("okta:grp-data-stewards", 1), ("okta:grp-security", 1)])
    granted = last + stage.between(5, 9)
    case.grant(granted, votes, uses=1)
    end = run(stage, case, granted, records=case.action["parameters"]["rows"], bytes=case.action["parameters"]["rows"] * 731)
    if stage.chance(0.7):
        case.say("action.observed", end + 5, {
            "external_id": "evt-%010x" % stage.whole(0, 2**40 - 1), "actor": principal("service:eu-runner"),
            "action_digest": case.digest, "execution_id": "run-1"}, TRAIL)


def database_write(stage, when, source=EU, to_end=True):
    asks = stage.pick([principal("tilda"), principal("bram"), agent("agent:db-tuner", "tilda"), agent("agent:ledger-clerk", "yusuf")])
    case = Case(stage, source, when, database_action(stage), "database-write")
    case.request(asks, context(stage, asks["kind"] == "agent"))
    if to_end:
        last, votes = decided(stage, case, [("okta:grp-dba", 1)])
        granted = last + stage.between(5, 9)
        case.grant(granted, votes)
        run(stage, case, granted, records=stage.whole(0, 5000))
    return case


def restart(stage, when):
    """Several hosts under one approval: each start names its item and its path to the batch's root."""
    pattern = stage.pick(HOSTS)
    first = stage.whole(1, 40)
    items = [{"verb": "host.restart", "resource": {"type": "host", "id": pattern % (first + i), "environment": "production"}}
             for i in range(stage.whole(2, 7))]
    batch = BatchItems(items)
    action = {"verb": "host.restart", "resource": {"type": "host-group", "id": pattern.split(".")[1], "environment": "production"},
              "batch": batch.batch}
    case = Case(stage, US, when, action, "restart-hosts")
    case.request(principal(stage.pick(["tilda", "marc"])), context(stage, False))
    last, votes = decided(stage, case, [("okta:grp-sre", 2)])
    moment = last + stage.between(5, 9)
    case.grant(moment, votes, uses=len(items))
    for index in range(len(items)):
        moment += stage.between(5, 40)
        name = "run-%d" % (index + 1)
        case.start(moment, case.executor(), run=name, action_digest=batch.digests[index], item=index, item_path=batch.path(index))
        case.finish(moment + stage.between(1, 4), run=name)


def access(stage, when):
    wanted = stage.pick(["mira", "yusuf", "tilda", "bram", "grace"])
    action = {"verb": "access.grant", "resource": {"type": "role", "id": stage.pick(["billing-read", "routes-admin", "tariffs-edit"])},
              "destination": {"type": "account", "id": pid(wanted)}, "parameters": {"days": stage.whole(1, 30)}}
    case = Case(stage, US, when, action, "grant-access")
    case.request(principal(wanted), context(stage, False))
    last, votes = decided(stage, case, [("okta:grp-people-leads", 1), ("okta:grp-security", 1)])
    granted = last + stage.between(5, 9)
    case.grant(granted, votes)
    run(stage, case, granted)


def session(stage, when):
    """A shell on production: the session is approved, what is done in it is recorded under it."""
    who = stage.pick(["noor", "diego", "kaja"])
    action = {"verb": "session.open", "resource": {"type": "bastion", "id": "bastion-iad", "environment": "production"},
              "parameters": {"minutes": 45}}
    case = Case(stage, US, when, action, "open-session")
    case.request(principal(who), context(stage, False))
    last, votes = decided(stage, case, [("okta:grp-security", 1)])
    moment = last + stage.between(5, 9)
    case.grant(moment, votes)
    moment += stage.between(2, 30)
    opened = case.start(moment, principal(who))
    for number in range(stage.whole(2, 5)):
        moment += stage.between(20, 300)
        command = {"verb": "shell.run", "resource": {"type": "host", "id": "app-%02d.iad" % stage.whole(1, 20), "environment": "production"},
                   "parameters": {"command": stage.pick(["systemctl status hub", "journalctl -u hub -n 200", "df -h", "kubectl get pods"])}}
        case.start(moment, principal(who), {"kind": "session", "event": opened}, run="cmd-%d" % (number + 1),
                   action=command, action_digest=digest_of(command))
        case.finish(moment + 2, run="cmd-%d" % (number + 1))
    case.finish(moment + 60)


def release(stage, when):
    author = stage.pick(["tilda", "bram", "grace"])
    repo, number = stage.pick(REPOS), stage.whole(100, 999)
    image = digest(b"image %s %d" % (repo.encode(), number))
    action = {"verb": "deploy.release", "resource": {"type": "service", "id": repo, "environment": "production"},
              "content": {"digest": image, "size": 40000000 + number, "media_type": "application/vnd.oci.image.manifest.v1+json"}}
    case = Case(stage, CI, when, action, "release")
    case.request(agent("service:ci-runner", author), context(stage, False))
    last, votes = decided(stage, case, [("okta:grp-release", 1)])
    granted = last + stage.between(5, 9)
    case.grant(granted, votes)
    run(stage, case, granted)


def exempted(stage, when, source, verb, executor, policy_rule, action):
    case = Case(stage, source, when, action, policy_rule)
    exemption = case.say("action.exempted", when, {
        "requester": executor, "action": action, "action_digest": case.digest, "policy": case.cited(), "uses": 1})
    case.start(when + stage.between(0.1, 0.9), strip(executor), {"kind": "exemption", "event": exemption})
    case.finish(when + stage.between(1, 5), records=stage.whole(0, 500))
    return case


def read(stage, when):
    action = {"verb": stage.pick(["db.select", "logs.read"]), "resource": {"type": "postgres", "id": stage.pick(TABLES)},
              "parameters": {"limit": stage.whole(1, 500)}}
    who = stage.pick([agent("agent:incident-scribe", "kaja"), agent("agent:report-writer", "mira"), agent("agent:ledger-clerk", "olek")])
    exempted(stage, when, stage.pick([EU, US]), action["verb"], who, "reads", action)


def staging(stage, when):
    action = {"verb": "deploy.release", "resource": {"type": "service", "id": stage.pick(REPOS), "environment": "staging"},
              "parameters": {"commit": digest(b"commit %d" % stage.whole(0, 10**9))[7:47]}}
    exempted(stage, when, CI, action["verb"], agent("service:ci-runner", stage.pick(["tilda", "bram", "grace"])), "staging", action)


def denied(stage, when):
    case = database_write(stage, when, US, to_end=False)
    key = reviewers(stage, "okta:grp-dba", when, case.requester)[0]
    case.notify(when + 0.5, [key])
    moment = when + stage.between(30, 2400)
    no = case.vote(key, moment, "deny", reason=stage.pick(["not in the change window", "no WHERE on the index", "ask the owners first"]))
    case.say("approval.denied", moment + 6, {"action_digest": case.digest, "cause": "vote", "votes": [no]})
    if stage.chance(0.5):
        case.say("action.blocked", moment + 40, {"requester": strip(case.requester), "action_digest": case.digest, "cause": "denied"})


def expired(stage, when):
    case = database_write(stage, when, to_end=False)
    case.notify(when + 0.5, reviewers(stage, "okta:grp-dba", when, case.requester))
    case.say("approval.expired", case.expires + 2, {"what": "request", "due": stamp(at(case.expires))})


def cancelled(stage, when):
    case = database_write(stage, when, stage.pick([EU, US]), to_end=False)
    case.notify(when + 0.5, reviewers(stage, "okta:grp-dba", when, case.requester))
    case.say("approval.cancelled", when + stage.between(30, 1200), {"cancelled_by": strip(case.requester), "reason": "no longer needed"})


def lapsed_or_revoked(stage, when):
    """Granted and never used: the grant runs out, or security takes it back first."""
    case = database_write(stage, when, to_end=False)
    last, votes = decided(stage, case, [("okta:grp-dba", 1)])
    granted = case.grant(last + 6, votes)
    if stage.chance(0.5):
        case.say("approval.revoked", last + 90, {"revoked_by": principal("sven"), "grant": granted, "reason": "incident in the same table"})
        case.say("action.blocked", last + 150, {"requester": strip(case.requester), "action_digest": case.digest, "cause": "revoked",
                                                "authority": {"kind": "grant", "event": granted}})
    else:
        case.say("approval.expired", case.lapses + 3, {"what": "grant", "due": stamp(at(case.lapses)), "grant": granted})


def amended(stage, when):
    """Changed after the first vote, shown and voted again, and only then granted and run."""
    case = database_write(stage, when, to_end=False)
    first = reviewers(stage, "okta:grp-dba", when, case.requester)[0]
    case.notify(when + 0.5, [first])
    case.vote(first, when + 120)
    action = dict(case.action, parameters={"sql": case.action["parameters"]["sql"] + " RETURNING id"})
    case.amend(when + 200, strip(case.requester), action, "the ids are needed for the ticket")
    case.notify(when + 200.5, [first])
    vote = case.vote(first, when + 420)
    case.grant(when + 427, [vote])
    run(stage, case, when + 427)


def escalated(stage, when):
    case = database_write(stage, when, to_end=False)
    first = reviewers(stage, "okta:grp-dba", when, case.requester)[0]
    case.notify(when + 0.5, [first])
    case.say("approval.escalated", when + 1800, {
        "by": principal("service:eu-runner"), "clause": "dba", "to_groups": ["okta:grp-sre"], "cause": "timeout"})
    second = reviewers(stage, "okta:grp-sre", when, case.requester, but=[first])[0]
    case.notify(when + 1801, [second])
    vote = case.vote(second, when + 2200)
    case.grant(when + 2207, [vote])
    run(stage, case, when + 2207)


def forbidden(stage, when):
    table = stage.pick(TABLES)
    action = {"verb": "db.drop", "resource": {"type": "postgres", "id": table, "environment": "production"}}
    case = Case(stage, stage.pick([EU, US]), when, action, "never-drop")
    case.say("action.blocked", when, {"requester": agent("agent:db-tuner", "bram"), "action": action, "action_digest": case.digest,
                                      "cause": "forbidden"})


def ungranted(stage, when):
    action = database_action(stage)
    case = Case(stage, US, when, action, "database-write")
    case.say("action.blocked", when, {"requester": agent("agent:ledger-clerk", "yusuf"), "action": action, "action_digest": case.digest,
                                      "cause": "no_grant"})


def break_glass(stage, when, review_after=None, verdict="justified"):
    who = stage.pick(["noor", "diego", "kaja"])
    action = database_action(stage)
    case = Case(stage, EU, when, action, None)
    strong = {"method": "webauthn", "strength": "phishing_resistant", "credential": "wa-" + pid(who)[-4:].lower(), "session": "s-night"}
    invoked = case.say("breakglass.invoked", when, {
        "invoked_by": principal(who, auth=strong), "scope": [action["resource"]], "incident": "INC-%d" % stage.whole(700, 799),
        "not_after": stamp(at(when + HOUR)), "review_due": stamp(at(when + DAY)),
        "policy": policy_ref(*case.policy, "database-write"), "reason": "orders stuck, nobody of the database team answers"})
    case.start(when + 90, principal(who), {"kind": "breakglass", "event": invoked}, action=action)
    case.finish(when + 95, records=stage.whole(1, 300))
    if review_after:
        reviewer = stage.pick(["sven", "amara", "lucia"])
        case.say("breakglass.reviewed", when + review_after, {
            "invocation": invoked, "reviewer": principal(reviewer), "executions": ["run-1"], "verdict": verdict,
            "follow_up": "SEC-%d" % stage.whole(100, 199), "reason": "compared with the incident's record"}, TOMAS)


def delegated(stage, when):
    """Priya is away for two days and lets Kaja decide for the database team."""
    given = stage.add(SLACK, "approval.delegated", when, {
        "from": principal("priya"), "to": pid("kaja"), "groups": ["okta:grp-dba"], "not_before": stamp(at(when)),
        "not_after": stamp(at(when + 2 * DAY)), "reason": "away until Thursday"}, event_id="T0NORDLI/delegation/1")
    for hours in (3, 20, 27):
        case = Case(stage, EU, when + hours * HOUR, database_action(stage), "database-write")
        case.request(principal("tilda"), context(stage, False))
        case.notify(case.when + 0.5, ["kaja"])
        vote = case.vote("kaja", case.when + 300, over="api", delegation=given)
        case.grant(case.when + 307, [vote])
        run(stage, case, case.when + 307)


def new_policy(stage):
    """Version 2 goes the way that version 1 asks for: two of security, then it is published under their grant."""
    when = POLICY_CHANGE - 3 * HOUR
    body = POLICIES["production", 2]
    action = {"verb": "policy.publish", "resource": {"type": "policy", "id": "production", "environment": "production"},
              "content": {"digest": digest_of(body), "size": len(jcs(body)), "media_type": "application/json"}}
    case = Case(stage, EU, when, action, "policy")
    case.request(principal("ines"), {"ticket": "NL-1999", "justification": "secrets get a rule of their own"})
    case.notify(when + 0.5, ["sven", "lucia"])
    votes = [case.vote("sven", when + 1500, over="api"), case.vote("lucia", when + 4000, over="slack")]
    granted = case.grant(when + 4010, votes, uses=1)
    publish(stage, INES, POLICY_CHANGE - 900, "production", 2, ["/gateways"], principal("ines"), {"kind": "grant", "event": granted})


def secret(stage, when):
    action = {"verb": "secret.read", "resource": {"type": "vault-path", "id": "kv/customs/" + stage.pick(["de", "nl", "pl"]), "environment": "production"}}
    case = Case(stage, EU, when, action, "read-secret")
    case.request(principal(stage.pick(["tilda", "bram"])), context(stage, False))
    last, votes = decided(stage, case, [("okta:grp-security", 1)])
    case.grant(last + 6, votes)
    run(stage, case, last + 6)


# What a day brings, by how often.
MENU = [(export, 13), (database_write, 20), (restart, 5), (access, 7), (session, 4), (release, 11), (read, 16), (staging, 9),
        (denied, 4), (expired, 2), (cancelled, 3), (lapsed_or_revoked, 3), (amended, 3), (escalated, 2), (forbidden, 1), (ungranted, 2)]


def busy_hour(stage):
    """A second of the day: the offices of Hamburg and Newark, and a little at night."""
    if stage.chance(0.08):
        return stage.between(0, 20 * HOUR)
    return stage.between(7 * HOUR, 16 * HOUR) if stage.chance(0.6) else stage.between(13 * HOUR, 20 * HOUR)


def days(stage):
    total = sum(weight for _, weight in MENU)
    for day in range(14):
        weekend = day % 7 >= 5
        for _ in range(5 if weekend else 20):
            when = day * DAY + busy_hour(stage)
            if when < HOUR or POLICY_CHANGE - HOUR - 7200 < when < POLICY_CHANGE + 600:
                continue  # before the house is furnished, or while the policy changes
            draw = stage.between(0, total)
            for flow, weight in MENU:
                draw -= weight
                if draw < 0:
                    flow(stage, when)
                    break
    for day, hour in ((1, 10), (2, 14), (4, 11), (6, 9)):
        database_write(stage, day * DAY + hour * HOUR + 111, LAB)
    for day, hour in ((8, 10), (9, 15), (10, 9), (11, 12), (13, 10)):
        secret(stage, day * DAY + hour * HOUR + 222)
    new_policy(stage)
    delegated(stage, DAY + 9 * HOUR)
    break_glass(stage, 2 * DAY + 2 * HOUR, 7 * HOUR)
    break_glass(stage, 5 * DAY + 23 * HOUR, 12 * HOUR)
    break_glass(stage, 9 * DAY + 3 * HOUR, 30 * HOUR)  # looked at, but six hours too late
    break_glass(stage, 13 * DAY + 4 * HOUR)  # due after the period
    for day in (6, 13):
        stage.add(TOMAS, "oversight.reviewed", day * DAY + 15 * HOUR, {
            "reviewer": principal("tomas"), "from_index": 0 if day == 6 else 900, "to_index": 900 if day == 6 else 1800,
            "question": "Blocked actions and break-glass of the week", "outcome": "nothing_found" if day == 6 else "findings_raised"})


def cut_off(stage):
    """us-1 loses its way to the ledger late on the second Thursday, just after a heartbeat, and hands in afterwards.

    What happens there meanwhile is told by us-1 alone, so its own sequence says what came first."""
    heart = min(e["moment"] for e in stage.events if e["source"] is US and e["event"]["type"].endswith("heartbeat.v1")
                and e["moment"] > at(10 * DAY + 22 * HOUR))
    begin = (heart - at(0)).total_seconds() + 300
    stage.hold(US, begin, begin + 1500)
    for offset, asks, key in ((40, principal("bram"), "jonas"), (400, agent("agent:db-tuner", "tilda"), "priya")):
        case = Case(stage, US, begin + offset, database_action(stage), "database-write")
        case.request(asks, context(stage, asks["kind"] == "agent"))
        case.notify(case.when + 0.5, [key])
        case.grant(case.when + 187, [case.vote(key, case.when + 180, over="api")])
        run(stage, case, case.when + 187)
