import ApprovalEvents
import Cosigning
import Foundation
import LedgerCrypto
import LedgerEngine
import SignedNotes

/// By which tlog-policy a ledger has its heads cosigned: the file `witnesses` in its directory.
///
/// It stays there from the start that names it on, so that no later one signs without asking: not a server that was
/// started without the option, not an administrative command, not a restored backup. Each change is an entry of the log.
struct WitnessSetting {
    /// Nil: nobody is asked any more.
    let policy: TLogPolicy?
    /// The file: a line that says when it was taken up, and the policy.
    let bytes: [UInt8]

    /// Reads the ledger's own; nil where it never asked anybody.
    init?(of directory: LedgerDirectory) throws {
        guard FileManager.default.fileExists(atPath: directory.witnessesFile) else { return nil }
        bytes = try Files.read(directory.witnessesFile)
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        if lines.allSatisfy({ $0.first == UInt8(ascii: "#") }) {
            policy = nil
            return
        }
        do { policy = try TLogPolicy(parsing: bytes) } catch {
            throw CommandFailure.failed("\(directory.witnessesFile) is no policy: \(error)")
        }
    }

    private init(_ policy: TLogPolicy?, takenUp time: Timestamp) {
        self.policy = policy
        let what = policy == nil ? "Nobody is asked since" : "Taken up at"
        bytes =
            Array("# \(what) \(time.ledgerForm). Changed by `countersign serve --witnesses`.\n".utf8)
            + (policy?.formatted ?? [])
    }

    /// Whom to ask; nil where nobody is.
    func plan(logKeys: [VerifierKey]) throws -> WitnessPlan? {
        do throws(WitnessPlanError) {
            return try policy.map { (policy) throws(WitnessPlanError) in try WitnessPlan(policy, logKeys: logKeys) }
        } catch { throw CommandFailure.usage("the policy for witnesses cannot be used: \(error)") }
    }

    /// Takes up what `serve --witnesses` names, if it is not in use already: a policy file, or `none`.
    static func takeUp(_ name: String, in directory: LedgerDirectory, logKeys: [VerifierKey]) throws {
        let current = try WitnessSetting(of: directory)
        let policy = name == "none" ? nil : try LedgerDirectory.trust(file: name)
        guard policy != current?.policy else { return }
        let taken = WitnessSetting(policy, takenUp: Timestamp(milliseconds: SystemClock().now().wall))
        _ = try taken.plan(logKeys: logKeys)
        try Files.write(taken.bytes, to: directory.witnessesFile)
    }

    /// The change as an entry of the log. Recorded once: the same file gives the same identity.
    func event(by principal: Principal, at time: Timestamp) throws -> ApprovalEvent {
        var value = JSONValue.null
        if let policy {
            func text(_ bytes: [UInt8]) -> JSONValue { .text(String(decoding: bytes, as: UTF8.self)) }
            value = .object([
                "quorum": policy.quorum.map(text) ?? .null, "sha256": .text(Digest.sha256(policy.formatted).hex),
                "witnesses": .array(policy.witnesses.map { text($0.key.formatted) }),
            ])
        }
        let change = LedgerSettingChanged(setting: "witnesses", value: value, by: principal)
        let id = "setting/witnesses/\(Digest.sha256(bytes).hex.prefix(32))"
        return try ApprovalEvent.ledger(.ledgerSettingChanged(change), id: Text(id), time: time)
    }
}
