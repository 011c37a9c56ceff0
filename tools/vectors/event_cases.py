"""Good and bad events, made of the examples of event_examples.py."""

import copy
import hashlib
import json

from event_examples import *

CASES = ("approval.", "action.", "breakglass.")
OF_THE_LEDGER = ("ledger.", "record.erased", "report.issued")


def combined(*parts):
    data = {}
    for part in parts:
        data.update(json.loads(json.dumps(part)))  # a copy in which no two places are one object
    return {name: value for name, value in data.items() if value is not None}


def with_digests(name, data):
    """Fills in the digests that are checked against content which stands open."""
    if "action" in data:
        data["action_digest"] = digest_of(data["action"])
    if name == "policy.published":
        data["digest"] = digest_of(data["body"])
    return data


def event(name, data, number, disclosures=None):
    source = "/ledger" if name.startswith(OF_THE_LEDGER) else "/gateways/eu-1"
    whole = {
        "specversion": "1.0", "type": f"dev.countersign.{name}.v1", "source": source, "id": f"{name}-{number:04}",
        "time": TIME, "sourcesequence": str(number), "datacontenttype": "application/json", "data": data,
    }
    if name.startswith(CASES):
        whole["subject"] = "apr_0001"
    if disclosures:
        whole["disclosures"] = "".join(d + "~" for d in disclosures)
    return whole


def good(name):
    required, others, variants = TYPES[name]
    full = combined(required, others, {"evidence": EVIDENCE})
    datas = [combined(required), full] + [combined(full, variant) for variant in variants]
    events = [event(name, with_digests(name, data), number) for number, data in enumerate(datas, 1)]
    if name in CONCEALABLE:
        data = with_digests(name, combined(full))
        disclosures = []
        for place, members in CONCEALABLE[name]:
            disclosures += conceal(data[place] if place else data, *members)
        events.append(event(name, data, len(events) + 1))
        decoys = json.loads(json.dumps(data))  # RFC 9901 section 4.2.7: a digest that nothing opens
        for place in (place for place, _ in CONCEALABLE[name] if place != "action"):
            holder = decoys[place] if place else decoys
            holder["_sd"] = sorted(holder["_sd"] + [base64url(hashlib.sha256(place.encode()).digest())])
        events.append(event(name, decoys, len(events) + 1, disclosures))
    return events


def at(data, pointer):
    """The object or array that holds the last step of a pointer, and that step."""
    steps = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        data = data[step]
    return data, steps[-1]


def bad_example(what, name, expected, *, change=(), remove=(), digests=True, variant=1):
    """The full example of a type (or another variant) with members set or removed."""
    required, others, variants = TYPES[name]
    parts = [required] if variant == 0 else [required, others, {"evidence": EVIDENCE}] + variants[variant - 2 : variant - 1]
    data = combined(*parts)
    data = with_digests(name, data)
    for pointer, value in dict(change).items():
        holder, step = at(data, pointer)
        holder[step] = copy.deepcopy(value)
    for pointer in remove:
        holder, step = at(data, pointer)
        del holder[step]
    if digests:
        data = with_digests(name, data)
    return {
        "what": what, "event": event(name, data, 1),
        "expected": [{"pointer": "/data" + pointer, "rule": rule} for pointer, rule in expected],
    }


def chain(depth):
    """A principal with `depth` others behind it."""
    principal = dict(HUMAN)
    for number in range(depth):
        principal = {"kind": "agent", "id": f"agent:{number}", "on_behalf_of": principal}
    return principal


def bad_values():
    def one(what, name, pointer, value, rule, place=None):
        return bad_example(what, name, [(place or pointer, rule)], change={pointer: value})

    requested, reviewed = "approval.requested", "approval.reviewed"
    yield one("an unknown member", reviewed, "/raeson", "x", "known-member")
    yield one("an unknown member of an object in it", requested, "/requester/name", "Maria", "known-member")
    yield one("_sd where nothing may be concealed", requested, "/requester/_sd", ["A" * 43], "known-member")
    yield one("_sd in an event that conceals nothing", "ledger.marked", "/_sd", ["A" * 43], "known-member")
    yield one("null for an optional member", reviewed, "/reason", None, "not-null")
    yield one("null for a required member", reviewed, "/channel", None, "not-null")
    yield one("bare null for parameters", requested, "/action/parameters", None, "not-null")
    yield one("an empty string", requested, "/action/verb", "", "text-not-empty")
    yield one("a number for a string", requested, "/action/verb", 7, "type")
    yield one("a string for a number", "approval.granted", "/uses", "3", "type")
    yield one("a string for a flag", "approval.notified", "/truncated", "true", "type")
    yield one("an object for an array", "approval.granted", "/votes", VOTE, "type")
    yield one("a string for an object", reviewed, "/reviewer", "okta:00uMARIA", "type")
    yield one("a fraction outside parameters", "approval.granted", "/uses", 1.5, "integer")
    yield one("a fraction of a record", "action.finished", "/records", 1e-7, "integer")
    yield one("a fraction in a setting", "ledger.setting_changed", "/value/quorum", 0.5, "integer")
    yield one("null in a setting", "ledger.setting_changed", "/value/names/1", None, "not-null")
    yield one("zero uses", "approval.granted", "/uses", 0, "integer-range")
    yield one("a negative size", requested, "/action/content/size", -1, "integer-range")
    yield one("version 0", requested, "/policy/version", 0, "integer-range")
    yield one("another format of the log", "ledger.created", "/format", 2, "integer-range")
    yield one("no votes", "approval.granted", "/votes", [], "item-count")
    yield one("65 votes", "approval.granted", "/votes", [VOTE] * 65, "item-count")
    yield one("no clauses", requested, "/requirement", {**SMALL_REQUIREMENT, "clauses": []}, "item-count",
              "/requirement/clauses") | {"expected": [
                  {"pointer": "/data/requirement/clauses", "rule": "item-count"},
                  {"pointer": "/data/requirement/satisfy", "rule": "satisfiable"}]}
    yield one("a word that is not listed", reviewed, "/decision", "approved", "known-word")
    yield one("a word in capitals", requested, "/requester/kind", "Agent", "known-word")
    yield one("a principal without a system", requested, "/requester/id", "maria", "principal-id")
    yield one("a principal with nothing after the colon", requested, "/requester/id", "okta:", "principal-id")
    yield one("a principal with a control character", requested, "/requester/id", "okta:a\u0007b", "principal-id")
    yield one("a digest in capitals", reviewed, "/action_digest", D1.upper(), "digest")
    yield one("a digest of another kind", reviewed, "/shown_digest", "md5:00", "digest")
    yield one("a short digest", reviewed, "/shown_digest", D1[:-1], "digest")
    for what, time in {
        "an offset": "2026-10-05T08:00:00+00:00", "ten digits": "2026-10-05T08:00:00.0000000000Z",
        "a fraction of nothing": "2026-10-05T08:00:00.Z", "a small z": "2026-10-05T08:00:00z",
        "a leap second": "2026-12-31T23:59:60Z", "30 February": "2026-02-30T00:00:00Z",
        "29 February of a common year": "2100-02-29T00:00:00Z", "hour 24": "2026-10-05T24:00:00Z",
        "a blank for T": "2026-10-05 08:00:00Z", "a date alone": "2026-10-05",
    }.items():
        yield one(f"a time with {what}", requested, "/expires_at", time, "timestamp")
    yield one("a nonce of 120 bits", requested, "/action/nonce", base64url(b"x" * 15), "nonce")
    yield one("a nonce that does not end canonically", requested, "/action/nonce", "A" * 21 + "B", "nonce")
    yield one("a key that is not base64", "identity.key_enrolled", "/public_key", "c2lnbmF0dXJl!", "base64")
    yield one("a key without padding", "identity.key_enrolled", "/public_key", "YQ", "base64")
    yield one("a digest of the wrong length in _sd", reviewed, "/_sd", ["A" * 42], "concealed-digest", "/_sd/0")
    yield one("an empty _sd", reviewed, "/_sd", [], "item-count")
    yield one("a digest twice in _sd", reviewed, "/_sd", ["A" * 43, "A" * 43], "distinct-digests")


def bad_between_members():
    def one(what, name, expected, **more):
        return bad_example(what, name, expected, **more)

    yield one("a grant without its event", "action.started", [("/authority/event", "required-when")],
              remove=["/authority/event"])
    yield one("nothing named that was removed", "identity.removed", [("", "exactly-one")], remove=["/principal"])
    yield one("two things named that were removed", "identity.removed", [("", "exactly-one")],
              change={"/account": "github:502"})
    yield one("a snapshot without members", "roster.recorded", [("/members", "required-when")], remove=["/members"])
    yield one("a snapshot with additions", "roster.recorded", [("/added", "refused-when")],
              change={"/added": [{"principal": "okta:00uLEE", "at": TIME}]})
    yield one("a change with members", "roster.recorded", [("/members", "refused-when")], variant=2,
              change={"/members": ["okta:00uLEE"]})
    yield one("a change of nothing", "roster.recorded", [("", "required-when")], variant=2,
              remove=["/added", "/removed"])
    yield one("a part without parts", "roster.recorded", [("/parts", "required-beside")], remove=["/parts"])
    yield one("part 4 of 3", "roster.recorded", [("/part", "order")], change={"/part": 4})
    yield one("an agent without an owner", "identity.enrolled", [("/owner", "required-when")], remove=["/owner"])
    yield one("a denial by vote without votes", "approval.denied", [("/votes", "required-when")], remove=["/votes"])
    yield one("an expired grant that is not named", "approval.expired", [("/grant", "required-when")], remove=["/grant"])
    yield one("an item without its path", "action.started", [("/item_path", "required-beside")], remove=["/item_path"])
    yield one("an open nonce beside _sd", "approval.requested", [("/action/nonce", "open-nonce")], digests=False,
              change={"/action/_sd": ["A" * 43]}, remove=["/action/parameters"])
    yield one("an action under the digest of another", "approval.requested", [("/action_digest", "digest-matches")],
              digests=False, change={"/action_digest": D1})
    yield one("a policy under the digest of another", "policy.published", [("/digest", "digest-matches")],
              digests=False, change={"/digest": D1})
    yield one("a review rule without a requirement", "policy.published",
              [("/body/rules/0/requirement", "required-when")], remove=["/body/rules/0/requirement"])
    yield one("two rules of one name", "policy.published", [("/body/rules/2/id", "distinct")],
              change={"/body/rules/2/id": "reads"})
    yield one("a rule named default", "policy.published", [("/body/rules/2/id", "reserved-name")],
              change={"/body/rules/2/id": "default"})
    yield one("more clauses to satisfy than there are", "approval.requested", [("/requirement/satisfy", "satisfiable")],
              change={"/requirement/satisfy": 3})
    yield one("two clauses of one name", "approval.requested", [("/requirement/clauses/1/id", "distinct")],
              change={"/requirement/clauses/1/id": "owner"})
    yield one("an interval that ends before it begins", "source.heartbeat", [("/lost/0/first", "order")],
              change={"/lost/0/first": 10})
    yield one("a review that ends before it begins", "oversight.reviewed", [("/from_index", "order")],
              change={"/from_index": 1043})
    yield one("nine steps of on_behalf_of", "approval.requested",
              [("/requester" + "/on_behalf_of" * 9, "chain-length")], change={"/requester": chain(9)})
    yield one("everything at once", "approval.granted", [
        ("/action_digest", "required-member"), ("/actiondigest", "known-member"), ("/votes/0/id", "required-member"),
        ("/votes/1/source", "type"), ("/not_after", "timestamp"), ("/uses", "integer-range"),
        ("/evidence/grade", "known-word"),
    ], remove=["/action_digest", "/votes/0/id"], change={
        "/actiondigest": D1, "/votes/1/source": 1, "/not_after": "soon", "/uses": -1, "/evidence/grade": "E"})
