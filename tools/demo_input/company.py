"""Nordlicht Freight: its people, agents, groups, sources and policies, and the events that introduce them."""

import hashlib

from .stage import Source, digest_of, jcs, stamp, at

HOUR, DAY = 3600, 86400


def opaque(name, length):
    """An id that says nothing about its holder, as directories and chat tools give them."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(alphabet[b % 32] for b in hashlib.sha256(b"demo:" + name.encode()).digest()[:length])


class Person:
    def __init__(self, key, name, slack=True):
        self.key, self.name = key, name
        self.id = "okta:00u" + opaque(key, 9)
        self.slack = "slack:T0NORDLI/U0" + opaque("slack:" + key, 7) if slack else None

    def principal(self, **more):
        return dict({"kind": "human", "id": self.id}, **more)


PEOPLE = {key: Person(key, name, slack) for key, name, slack in [
    ("hanna", "Hanna Lindqvist", True), ("rafael", "Rafael Moreira", True),
    ("sven", "Sven Aaltonen", True), ("amara", "Amara Okeke", True), ("lucia", "Lucia Ferri", True),
    ("jonas", "Jonas Weidner", True), ("priya", "Priya Raman", True), ("wei", "Wei Zhang", True),
    ("noor", "Noor Haddad", True), ("diego", "Diego Salas", True), ("kaja", "Kaja Nowak", True),
    ("elif", "Elif Demir", True), ("marc", "Marc Dubois", True), ("olek", "Oleksandr Koval", True),
    ("mira", "Mira Castellan", True), ("yusuf", "Yusuf Bello", True), ("tilda", "Tilda Berg", True),
    ("bram", "Bram de Wit", True), ("grace", "Grace Mwangi", False), ("ines", "Inês Prado", False),
    ("tomas", "Tomáš Havel", False), ("paolo", "Paolo Greco", True), ("zofia", "Zofia Lis", True)]}

JOINS = {"zofia": 3 * DAY + 9 * HOUR}
LEAVES = {"paolo": 8 * DAY + 17 * HOUR}

# Agents and services act for people; the owner answers for them.
OWNERS = {"agent:report-writer": "grace", "agent:planner": "marc", "agent:db-tuner": "bram", "agent:ledger-clerk": "olek",
          "agent:incident-scribe": "kaja", "service:eu-runner": "ines", "service:us-runner": "ines",
          "service:ci-runner": "ines", "service:night-scheduler": "ines"}

GROUPS = {
    "okta:grp-data-stewards": ["hanna", "rafael"], "okta:grp-security": ["sven", "amara", "lucia"],
    "okta:grp-dba": ["jonas", "priya", "wei", "paolo"], "okta:grp-sre": ["noor", "diego", "kaja", "wei"],
    "okta:grp-oncall": ["noor", "diego", "kaja"], "okta:grp-release": ["elif", "marc", "bram"],
    "okta:grp-people-leads": ["hanna", "olek"]}

EU = Source("/gateways/eu-1", "gateway-eu-1", True, 3, 20)
US = Source("/gateways/us-1", "gateway-us-1", True, 3, 20)
CI = Source("/gateways/ci", "gateway-ci", True, 3, 20)
LAB = Source("/gateways/lab", "gateway-lab", True, 3, 20)
OKTA = Source("/directory/okta", "directory-okta", True, 10, 60)
INES = Source("/admin/ines", "admin-ines", True, 3, 10)
TOMAS = Source("/admin/tomas", "admin-tomas", True, 3, 10)
SLACK = Source("/bridges/slack", "slack-bridge", False, 4, 45)
TRAIL = Source("/bridges/cloudtrail", "cloudtrail-bridge", False, 60, 60)

LAB_SILENT_FROM = 7 * DAY + 9 * HOUR  # Monday 9 November, 09:00


def pid(key):
    """The principal id of a person's key; ids of agents and services are already written out."""
    return PEOPLE[key].id if key in PEOPLE else key


def principal(key, *behalf, **more):
    """A person, agent or service, acting for the next of `behalf`, and so on."""
    kind = "human" if key in PEOPLE else key.split(":")[0]
    value = dict({"kind": kind, "id": pid(key)}, **more)
    if behalf:
        value["on_behalf_of"] = principal(*behalf)
    return value


def clause(name, group, count=1):
    return {"id": name, "groups": [group], "count": count}


def requirement(*clauses, total=None):
    value = {"satisfy": len(clauses), "clauses": list(clauses), "distinct": "approval", "ordered": False, "veto": True}
    if total:
        value["total"] = total
    return value


def review(name, match, needs, shown, grant_ttl=900, **more):
    return dict({"id": name, "tier": "high", "match": match, "effect": "review", "requirement": needs, "shown": shown,
                 "request_ttl_s": 7200, "grant_ttl_s": grant_ttl, "channels": ["slack", "api", "web"],
                 "evidence_min": "B", "decide_floor_s": 5, "decide_within_s": 3600}, **more)


LIMITS = {"skew_s": 5, "late_s": 300, "policy_grace_s": 60, "roster_max_age_s": DAY, "execution_ttl_s": DAY}


def production_policy(version):
    """The gateways' policy. Version 2 adds a rule for secrets and shortens the life of a database grant."""
    break_glass = {"groups": ["okta:grp-oncall"], "reviewers": ["okta:grp-security"], "review_within_s": DAY, "ttl_s": HOUR}
    rules = [
        review("export-personal-data", {"verbs": ["data.export"], "data_classes": ["pii"]},
               requirement(clause("steward", "okta:grp-data-stewards"), clause("security", "okta:grp-security"), total=2),
               "required", uses=1),
        review("database-write", {"verbs": ["db.execute"], "environments": ["production"]},
               requirement(clause("dba", "okta:grp-dba")), "optional", grant_ttl=900 if version == 1 else 600, uses=1,
               break_glass=break_glass, escalation_groups=["okta:grp-sre"]),
        review("restart-hosts", {"verbs": ["host.restart"]}, requirement(clause("sre", "okta:grp-sre", 2), total=2),
               "required", grant_ttl=3600, uses=16),
        review("grant-access", {"verbs": ["access.grant"]},
               requirement(clause("lead", "okta:grp-people-leads"), clause("security", "okta:grp-security"), total=2),
               "required", grant_ttl=3600, uses=1),
        review("open-session", {"verbs": ["session.open"]}, requirement(clause("security", "okta:grp-security")),
               "optional", uses=1),
        review("policy", {"verbs": ["policy.publish"]}, requirement(clause("security", "okta:grp-security", 2), total=2),
               "required", grant_ttl=DAY, request_ttl_s=DAY),
        {"id": "never-drop", "match": {"verbs": ["db.drop"]}, "effect": "forbid"},
        {"id": "reads", "match": {"verbs": ["db.select", "logs.read"]}, "effect": "exempt"}]
    if version == 2:
        rules.insert(5, review("read-secret", {"verbs": ["secret.read"]}, requirement(clause("security", "okta:grp-security")),
                               "required", uses=1))
    return {"rules": rules, "default": "forbid", "limits": LIMITS}


def delivery_policy():
    """The build system's own: whoever releases may also have approved, staging needs nobody."""
    return {"rules": [
        review("release", {"verbs": ["deploy.release"], "environments": ["production"]},
               requirement(clause("release", "okta:grp-release")), "required", grant_ttl=1800, uses=1,
               executor_may_approve=True),
        {"id": "staging", "match": {"verbs": ["deploy.release"], "environments": ["staging"]}, "effect": "exempt"}],
        "default": "forbid", "limits": LIMITS}


POLICIES = {("production", 1): production_policy(1), ("production", 2): production_policy(2), ("delivery", 1): delivery_policy()}


def policy_ref(policy_id, version, rule):
    return {"id": policy_id, "version": version, "digest": digest_of(POLICIES[policy_id, version]), "rule": rule}


def publish(stage, source, when, policy_id, version, prefixes, by, authority):
    body = POLICIES[policy_id, version]
    return stage.add(source, "policy.published", when, {
        "policy_id": policy_id, "version": version, "digest": digest_of(body), "body": body, "applies_to": prefixes,
        "published_by": by, "authority": authority})


def introduce(stage):
    """The first minutes: policies, rosters, people, accounts, sources; then who joins and who leaves."""
    by = principal("ines")
    publish(stage, INES, 10, "production", 1, ["/gateways"], by, {"kind": "bootstrap"})
    publish(stage, INES, 14, "delivery", 1, ["/gateways/ci"], by, {"kind": "bootstrap"})
    when = 30
    for group, members in GROUPS.items():
        stage.add(OKTA, "roster.recorded", when, {
            "group": group, "mode": "snapshot", "as_of": stamp(at(20)), "members": [pid(m) for m in members], "method": "scim"})
        when += 1
    for key in PEOPLE:
        if key not in JOINS:
            enrol(stage, key, when)
            when += 1
    for key, owner in OWNERS.items():
        stage.add(OKTA, "identity.enrolled", when, {
            "principal": key, "kind": key.split(":")[0], "owner": pid(owner), "at": stamp(at(when - 1))})
        when += 1
    for key in PEOPLE:
        if PEOPLE[key].slack and key not in JOINS and key not in UNBOUND:
            bind(stage, key, when)
            when += 1
    for index, (source, mode) in enumerate([
            (EU, {"heartbeat_s": 10800, "software": "gatehouse 4.2.1"}), (US, {"heartbeat_s": 10800, "software": "gatehouse 4.2.1"}),
            (CI, {"heartbeat_s": 10800, "software": "shipyard 26.10"}), (LAB, {"heartbeat_s": 10800, "software": "gatehouse 4.3.0-rc2"}),
            (OKTA, {"heartbeat_s": DAY}), (SLACK, {}), (TRAIL, {"late_s": 5400})]):
        stage.add(INES, "source.configured", 180 + index, dict(
            {"about": source.path, "mode": "enforce", "sequenced": source.sequenced, "changed_by": by}, **mode))
    comings_and_goings(stage)
    heartbeats(stage)


# Nobody told the directory about this person's chat account.
UNBOUND = {"rafael"}


def enrol(stage, key, when):
    person = PEOPLE[key]
    mail = person.name.lower().replace(" ", ".").translate(str.maketrans("êáš", "eas")) + "@nordlicht.example"
    stage.add(OKTA, "identity.enrolled", when, {
        "principal": person.id, "kind": "human", "at": stamp(at(when - 1)), "name": person.name, "email": mail})


def bind(stage, key, when):
    stage.add(OKTA, "identity.bound", when, {
        "account": PEOPLE[key].slack, "principal": PEOPLE[key].id, "binding": "scim", "at": stamp(at(when - 1))})


def comings_and_goings(stage):
    joined, left = JOINS["zofia"], LEAVES["paolo"]
    enrol(stage, "zofia", joined)
    bind(stage, "zofia", joined + 2)
    stage.add(OKTA, "roster.recorded", joined + 4, {
        "group": "okta:grp-sre", "mode": "change", "as_of": stamp(at(joined + 3)), "method": "scim",
        "added": [{"principal": pid("zofia"), "at": stamp(at(joined + 3))}]})
    stage.add(OKTA, "roster.recorded", left, {
        "group": "okta:grp-dba", "mode": "change", "as_of": stamp(at(left - 1)), "method": "scim",
        "removed": [{"principal": pid("paolo"), "at": stamp(at(left - 1))}]})
    stage.add(OKTA, "identity.removed", left + 2, {"account": PEOPLE["paolo"].slack, "at": stamp(at(left + 1)), "reason": "left"})
    stage.add(OKTA, "identity.removed", left + 3, {"principal": pid("paolo"), "at": stamp(at(left + 1)), "reason": "left"})


def heartbeats(stage):
    """A little more often than was promised: nobody is overdue, but for the lab, which falls silent for good."""
    for source, first, end in ((EU, 600, 14 * DAY), (US, 900, 14 * DAY), (CI, 1200, 14 * DAY), (LAB, 1500, LAB_SILENT_FROM)):
        when = first
        while when < end - 120:
            stage.add(source, "source.heartbeat", when, {
                "mode": "enforce", "queued": stage.whole(0, 2), "clock_offset_ms": stage.whole(-40, 40)})
            when += stage.between(10500, 10700)
    for day in range(14):
        for hour in (5, 17):
            stage.add(OKTA, "source.heartbeat", day * DAY + hour * HOUR + stage.between(0, 60), {"mode": "enforce"})


def members(group, when):
    """Who of `group` may be asked at `when`: the roster of that moment."""
    keys = [k for k in GROUPS[group] if when < LEAVES.get(k, when + 3 * HOUR) - 2 * HOUR]
    if group == "okta:grp-sre" and when > JOINS["zofia"] + HOUR:
        keys.append("zofia")
    return keys
