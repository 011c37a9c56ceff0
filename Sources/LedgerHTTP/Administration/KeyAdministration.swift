import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import MerkleTree
import SignedNotes

/// The log's keys: announced by an entry, signing beside one another for as long as it takes, retired by an entry.
///
/// The log decides what is true, the list `keys/signers` follows. A crash between the two is made up for at the next
/// start and before the next order: a key whose entry is in the log takes its place, one whose entry is not never was,
/// and a key whose retirement is in the log signs no more.
extension Administration {
    /// A key that came or went.
    public struct KeyChanged: Sendable {
        public let key: LogKey
        public let index: LeafIndex

        /// `{"fingerprint":…,"index":…,"key":…,"role":…,"vkey":…}`, as the control socket answers.
        public var json: JSONObject {
            var object = key.json
            object["index"] = LedgerResponder.number(index.value)
            return object
        }
    }

    /// Has a key sign from now on: `role` `.log` begins a change of the log's key, `.beside` adds a signature.
    ///
    /// The key signs before its entry is sealed, so that the head over the entry carries its signature too.
    public func add(
        _ verifier: VerifierKey, at reference: KeyReference, role: LogKey.Role, by principal: Principal
    ) async throws(Problem) -> KeyChanged {
        try await changingKeys { ring throws(Problem) in
            let coming = LogKey(
                role: role == .beside ? .comingBeside : .comingLog, verifier: verifier, reference: reference)
            let list = ring.list
            try Self.check(coming, in: list)
            do {
                try ring.open(coming)
                try ring.store(try list.adding(coming))
                sequencer.replace(signer: try ring.signer())
            } catch {
                throw Problem(.invalidKey, "\(error)")
            }
            let index: LeafIndex
            do throws(Problem) {
                index = try await record(.added, coming, by: principal)
            } catch {
                // Whether the entry is in may be unknown: the list keeps the key as coming, and the log decides later.
                try? sequencer.replace(signer: ring.signer(list))
                throw error
            }
            let key = try move(coming, to: role == .beside ? .beside : .log, ring)
            return KeyChanged(key: key, index: index)
        }
    }

    /// Has a key sign no more. The head over the entry that says so is the last one with its signature.
    public func retire(_ id: String, by principal: Principal) async throws(Problem) -> KeyChanged {
        try await changingKeys { ring throws(Problem) in
            guard let key = ring.list[id], key.isSigning else {
                throw Problem(.notFound, "no key '\(id)' signs for this log")
            }
            guard key.role != .log || ring.list.logKeys.count > 1 else {
                throw Problem(
                    .invalidKey, "'\(id)' is the log's only key: let another one follow it first (key rotate)")
            }
            let index = try await record(.retired, key, by: principal)
            return KeyChanged(key: try move(key, to: .retired, ring), index: index)
        }
    }

    /// Every key that the log ever had.
    public var keys: [JSONObject] { ledger.keys?.list.keys.map(\.json) ?? [] }

    /// Brings the list to what the log says. For the start of a server, and before any order.
    public func finishKeyChanges() async throws(Problem) {
        guard ledger.keys != nil else { return }
        try await changingKeys { _ throws(Problem) in }
    }

    // MARK: Steps

    private func changingKeys<Value: Sendable>(
        _ body: (KeyRing) async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        guard let ring = ledger.keys else { throw Problem(.notFound, "this ledger's keys are not managed here") }
        // What a crash left without a head is not known yet: the list would follow an older log, and strike out a key
        // that is announced.
        guard await !sequencer.isHeld else { throw Problem(SubmissionRefusal.awaitingWitnesses) }
        let value = try await ring.changing { () async throws(Problem) -> Value in
            try followTheLog(ring)
            return try await body(ring)
        }
        guard let value else { throw Problem(.invalidKey, "another change of keys is under way") }
        return value
    }

    private func followTheLog(_ ring: KeyRing) throws(Problem) {
        for key in ring.list.signing {
            let isAdded = try position(of: Self.identity(key, .added)) != nil
            if try position(of: Self.identity(key, .retired)) != nil {
                _ = try move(key, to: .retired, ring)
            } else if key.role == .comingLog || key.role == .comingBeside {
                if isAdded {
                    _ = try move(key, to: key.role == .comingLog ? .log : .beside, ring)
                } else {
                    try change(ring) { list throws(KeyList.Malformed) in try list.removing(key) }
                }
            }
        }
        do { try ring.refresh() } catch { throw Problem(.storageTrouble, "\(error)") }
    }

    private static func check(_ key: LogKey, in list: KeyList) throws(Problem) {
        guard key.verifier.name == list.newest?.verifier.name else {
            throw Problem(.invalidKey, "the key's name is not the log's origin")
        }
        guard list[key.id] == nil else { throw Problem(.invalidKey, "the log has or had the key '\(key.id)'") }
        guard key.role != .comingLog || list.logKeys.count == 1 else {
            throw Problem(
                .invalidKey,
                "a change of keys is under way: retire '\(list.logKeys[0].id)' before the next (key retire)")
        }
    }

    /// The key in its new role, in the list and in what signs.
    private func move(_ key: LogKey, to role: LogKey.Role, _ ring: KeyRing) throws(Problem) -> LogKey {
        try change(ring) { list throws(KeyList.Malformed) in try list.moving(key, to: role) }
        return ring.list[key.id] ?? key
    }

    private func change(
        _ ring: KeyRing, _ new: (KeyList) throws(KeyList.Malformed) -> KeyList
    ) throws(Problem) {
        do {
            try ring.store(try new(ring.list))
            sequencer.replace(signer: try ring.signer())
        } catch {
            throw Problem(.storageTrouble, "the list of keys could not be changed: \(error)")
        }
    }

    private static func identity(_ key: LogKey, _ change: KeyChange) -> EventIdentity {
        EventIdentity(source: "/ledger", id: Text("key/\(key.id)/\(change.rawValue)"))
    }

    private func record(
        _ change: KeyChange, _ key: LogKey, by principal: Principal
    ) async throws(Problem) -> LeafIndex {
        let payload = LedgerKeyChanged(
            change: change, vkey: Text(String(decoding: key.verifier.formatted, as: UTF8.self)), by: principal)
        return try await record(.ledgerKeyChanged(payload), Self.identity(key, change), at: ledger.now)
    }

    private var sequencer: Sequencer { ledger.sequencer }
}

extension LogKey {
    /// What a listing shows: nothing secret.
    public var json: JSONObject {
        var object: JSONObject = [
            "algorithm": .string(Text(verifier.key?.algorithm.rawValue ?? "unknown")),
            "fingerprint": .string(Text(verifier.fingerprint)), "key": .string(Text(id)),
            "role": .string(Text(role.rawValue)),
            "vkey": .string(Text(String(decoding: verifier.formatted, as: UTF8.self))),
        ]
        object["reference"] = reference.map { .string(Text("\($0)")) }
        return object
    }
}
