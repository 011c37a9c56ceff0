import ApprovalEvents
import Cosigning
import LedgerCrypto
import LedgerEngine
import MerkleTree

/// What the operator does to a running or an opened ledger: callers, marks and keys.
///
/// The control socket calls it while a server runs; a command that holds the ledger's lock itself calls it
/// without one. Every change is an entry of the log, and names who made it.
public struct Administration: Sendable {
    let ledger: OpenedLedger

    public init(_ ledger: OpenedLedger) {
        self.ledger = ledger
    }

    /// A caller just made, with the token that is never seen again.
    public struct IssuedCaller: Sendable {
        public let caller: Caller
        public let token: BearerToken
        public let index: LeafIndex

        /// `{"caller":…,"credential":…,"index":…,"token":…}`, as the control socket answers.
        public var json: JSONObject {
            [
                "caller": .string(caller.id.text), "credential": .string(caller.credential),
                "index": LedgerResponder.number(index.value), "token": .string(Text(token.text)),
            ]
        }
    }

    /// Makes a caller: the entry first, then the file, then the token is shown. A crash in between leaves an id
    /// that is spoken for and that nobody can use.
    public func create(_ order: CallerOrder, by principal: Principal) async throws(Problem) -> IssuedCaller {
        let identity = Self.identity(order.id, "added")
        let isTaken = Problem(.callerTaken, "the caller id '\(order.id)' was given before; ids are never given twice")
        guard ledger.callers.claim(order.id) else { throw isTaken }
        defer { ledger.callers.release(order.id) }
        // The log remembers an id whose file is gone.
        guard try position(of: identity) == nil else { throw isTaken }
        let token: BearerToken
        do { token = try BearerToken() } catch { throw Problem(.internalError, "no random bytes: \(error)") }
        let caller = Caller(
            id: order.id, roles: order.roles, grant: order.grant, credential: Text(token.fingerprint),
            tokenDigest: token.digest, created: ledger.now, notAfter: order.notAfter)
        let index = try await record(caller, .added, identity, at: caller.created, by: principal)
        do { try ledger.callers.store(caller) } catch { throw Problem(.storageTrouble, "\(error)") }
        return IssuedCaller(caller: caller, token: token, index: index)
    }

    /// Revokes a caller: the file first, so that the token stops working at once, then the entry. Again for one
    /// that is revoked already: seals what is missing, and answers with the entry.
    public func revoke(_ id: CallerID, by principal: Principal) async throws(Problem) -> LeafIndex {
        guard var caller = ledger.callers[id] else { throw Problem(.notFound, "there is no caller '\(id)'") }
        let time = caller.revoked ?? ledger.now
        do {
            if caller.revoked == nil {
                caller.revoked = time
                try ledger.callers.store(caller)
            }
            let index = try await record(caller, .revoked, Self.identity(id, "revoked"), at: time, by: principal)
            if !caller.isRevocationSealed {
                caller.isRevocationSealed = true
                try ledger.callers.store(caller)
            }
            return index
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.storageTrouble, "\(error)")
        }
    }

    /// Seals the revocations whose entry a crash kept out of the log. For the start of a server.
    public func finishRevocations() async throws(Problem) {
        for caller in ledger.callers.all where caller.revoked != nil && !caller.isRevocationSealed {
            guard let principal = Self.thisLedger else { return }
            _ = try await revoke(caller.id, by: principal)
        }
    }

    /// A boundary that was cut just now.
    public struct CutMark: Hashable, Sendable {
        /// Where its entry stands.
        public let index: LeafIndex
        /// The boundary: every entry before the mark has a lesser `ledgertime`.
        public let at: Timestamp

        /// `{"at":…,"index":…}`, as `POST /v1/marks` and the control socket answer.
        var json: JSONObject { ["at": .string(at.ledgerForm), "index": LedgerResponder.number(index.value)] }
    }

    /// Cuts a mark for an extract, so that what stands before it has a provable end.
    public func cutMark() async throws(Problem) -> CutMark {
        let index: LeafIndex
        switch await ledger.sequencer.markForExtract() {
        case .success(let position): index = position
        case .failure(let refusal): throw Problem(refusal)
        }
        do {
            if case .ledgerMarked(let mark) = try ledger.reader.entry(at: index).payload {
                return CutMark(index: index, at: mark.at)
            }
        } catch {
            throw Problem(answering: error)
        }
        throw Problem(.internalError, "entry \(index) is not the mark that was cut")
    }

    /// How the ledger is, for people and scripts.
    public var status: JSONObject {
        let status = ledger.sequencer.status
        var object: JSONObject = [
            "size": LedgerResponder.number(status.head.size.value),
            "root": .string(Text(status.head.root.hex)),
            "newest": .string(status.newest.ledgerForm),
            "waiting": LedgerResponder.number(UInt64(status.waiting)),
            "unpublished": LedgerResponder.number(UInt64(status.unpublished)),
            "index_lag": LedgerResponder.number(UInt64(status.indexLag)),
            "commits": LedgerResponder.number(status.commits),
            "sealed": LedgerResponder.number(status.sealed),
            "callers": LedgerResponder.number(UInt64(ledger.callers.all.count { $0.revoked == nil })),
        ]
        switch status.condition {
        case .running: object["condition"] = "running"
        case .awaitingWitnesses: object["condition"] = "awaiting-witnesses"
        case .shuttingDown: object["condition"] = "shutting-down"
        case .clockStopped(let reason):
            object["condition"] = "clock-stopped"
            object["reason"] = .string(Text(reason))
        case .failed(let reason):
            object["condition"] = "failed"
            object["reason"] = .string(Text(reason))
        }
        object["index_trouble"] = status.indexTrouble.map { .string(Text($0)) }
        if let witnesses = ledger.witnesses {
            object["cosigned"] = witnesses.cosigned.map { LedgerResponder.number($0.size.value) }
            object["witnesses"] = .array(witnesses.statuses.map { .object(Self.json($0)) })
        }
        return object
    }

    private static func json(_ status: WitnessStatus) -> JSONObject {
        var object: JSONObject = [
            "name": .string(Text(status.name)), "condition": .string(Text(status.condition.word)),
            "cosignatures": LedgerResponder.number(status.cosignatures),
            "failures": LedgerResponder.number(status.failures),
        ]
        object["cosigned"] = status.cosigned.map { LedgerResponder.number($0.value) }
        object["reason"] = status.condition.reason.map { .string(Text($0)) }
        return object
    }

    /// Every caller, without digests: what a listing may show.
    public var callers: [JSONObject] {
        ledger.callers.all.map(\.listing)
    }

    // MARK: Entries

    private static func identity(_ id: CallerID, _ change: String) -> EventIdentity {
        EventIdentity(source: "/ledger", id: Text("caller/\(id)/\(change)"))
    }

    private static var thisLedger: Principal? {
        PrincipalID("ledger:countersign").map { Principal(kind: .system, id: $0) }
    }

    func position(of identity: EventIdentity) throws(Problem) -> LeafIndex? {
        do {
            return try ledger.sequencer.position(of: identity)
        } catch {
            throw Problem(.storageTrouble, "the index cannot be read")
        }
    }

    private func record(
        _ caller: Caller, _ change: CallerChange, _ identity: EventIdentity, at time: Timestamp,
        by principal: Principal
    ) async throws(Problem) -> LeafIndex {
        let payload = LedgerCallerChanged(
            change: change, caller: caller.id.text, roles: caller.roles.sorted().map { Text($0.rawValue) },
            sourcePrefixes: caller.grant.sources.map(\.text), types: caller.grant.types.map(\.text),
            credential: caller.credential, notAfter: caller.notAfter, by: principal)
        return try await record(.ledgerCallerChanged(payload), identity, at: time)
    }

    func record(
        _ payload: EventPayload, _ identity: EventIdentity, at time: Timestamp
    ) async throws(Problem) -> LeafIndex {
        let event: ApprovalEvent
        do throws(EventRefusal) {
            event = try ApprovalEvent.ledger(payload, id: identity.id, time: time)
        } catch {
            throw Problem(error.kind, error.violations)
        }
        switch await ledger.sequencer.record(event) {
        case .success(let index): return index
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}
