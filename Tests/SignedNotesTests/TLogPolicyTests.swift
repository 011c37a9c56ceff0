import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("Trust policies")
struct TLogPolicyTests {
    struct File: Decodable {
        let verdicts: [Verdict]
        let malformed: [Malformed]
    }

    struct Verdict: Decodable {
        let why: String
        let policy: Shown
        let note: Shown
        let verdict: String
        let cosigners: [String]
        let keys: [String]
    }

    struct Malformed: Decodable {
        let why: String
        let policy: Shown
    }

    @Test("Our vectors are judged as they say")
    func verdicts() throws {
        for vector in try Vectors.load("policies.json", as: File.self).verdicts {
            let policy = try TLogPolicy(parsing: vector.policy.bytes)
            let note = try SignedNote(parsing: vector.note.bytes)
            do throws(NoteError) {
                let verdict = try policy.verify(note: note)
                switch verdict.quorum {
                case .none: #expect(vector.verdict == "none", "\(vector.why)")
                case .reached(let name): #expect(vector.verdict == name.shownText, "\(vector.why)")
                }
                #expect(verdict.cosigners.map { $0.name.shownText } == vector.cosigners, "\(vector.why)")
                #expect(verdict.logKeys.map { $0.formatted.shownText } == vector.keys, "\(vector.why)")
                #expect(verdict.notChecked.contains { $0.contains("split view") } == (verdict.quorum == .none))
                #expect(verdict.explanation.count >= verdict.logKeys.count + verdict.cosigners.count)
                #expect(verdict.head.size == TreeSize(7))
            } catch {
                if case .quorumMissed(let words) = error {
                    #expect(vector.verdict == "missed", "\(vector.why)")
                    #expect(words.contains("no good cosignature of W"))
                } else {
                    #expect(vector.verdict == "refused", "\(vector.why): \(error)")
                }
            }
        }
    }

    @Test("A policy that breaks a rule is refused, by its line")
    func malformed() throws {
        for vector in try Vectors.load("policies.json", as: File.self).malformed {
            let error = #expect(throws: NoteError.self, "\(vector.why)") {
                try TLogPolicy(parsing: vector.policy.bytes)
            }
            #expect(error?.description.contains("policy") == true, "\(vector.why)")
        }
    }

    @Test("A policy that is written out is the same policy")
    func roundTrip() throws {
        for vector in try Vectors.load("policies.json", as: File.self).verdicts {
            let policy = try TLogPolicy(parsing: vector.policy.bytes)
            #expect(try TLogPolicy(parsing: policy.formatted) == policy)
            let rebuilt = try TLogPolicy(
                logs: policy.logs, witnesses: policy.witnesses, groups: policy.groups, quorum: policy.quorum)
            #expect(rebuilt == policy)
        }
    }

    @Test("A policy that is damaged anywhere is refused, or trusts no other key")
    func damaged() throws {
        let vectors = try Vectors.load("policies.json", as: File.self).verdicts
        let good = try #require(vectors.first { $0.why == "groups of groups" }).policy.bytes
        let keys = Set(try TLogPolicy(parsing: good).witnesses.map(\.key))
        damage(good) { bytes in
            guard let policy = try? TLogPolicy(parsing: bytes) else { return }
            #expect(keys.isSuperset(of: policy.witnesses.map(\.key)))
            #expect((try? TLogPolicy(parsing: policy.formatted)) == policy)
        }
    }

    @Test("Thirty-two logs, witnesses and groups are read, as the specification asks")
    func room() throws {
        var file = ""
        for number in 0..<32 {
            let log = try NoteSigner(name: [UInt8](text: "log-\(number)"), key: try PrivateKey(generating: .ed25519))
            let key = try PrivateKey(generating: .ed25519)
            let witness = try NoteCosigner(name: [UInt8](text: "w-\(number)"), key: key)
            file += "log \(log.verifierKey.formatted.shownText)\n"
            file += "witness w\(number) \(witness.verifierKey.formatted.shownText)\n"
            file += "group g\(number) any w\(number)\(number > 0 ? " g\(number - 1)" : "")\n"
        }
        let policy = try TLogPolicy(parsing: [UInt8](text: file + "quorum g31\n"))
        #expect(policy.logs.count == 32 && policy.witnesses.count == 32 && policy.groups.count == 32)
        #expect(throws: NoteError.self) { try policy.trustedOrigin() }
    }

    @Test("What could not be written as a file cannot be put together either")
    func assembled() throws {
        let key = try PrivateKey(generating: .ed25519)
        let log = try NoteSigner(name: [UInt8](text: "log"), key: key).verifierKey
        let witness = try NoteCosigner(name: [UInt8](text: "w"), key: try PrivateKey(generating: .ed25519)).verifierKey
        let itself = try NoteCosigner(name: [UInt8](text: "w"), key: key).verifierKey
        let w = [UInt8](text: "W")
        #expect(
            try TLogPolicy(logs: [.init(key: log)], witnesses: [.init(name: w, key: witness)], quorum: w).quorum == w)
        #expect(throws: NoteError.self) { try TLogPolicy(logs: [.init(key: log, url: [UInt8](text: "a b"))]) }
        #expect(throws: NoteError.self) {
            try TLogPolicy(logs: [.init(key: log)], witnesses: [.init(name: [], key: witness)])
        }
        #expect(throws: NoteError.self) {
            try TLogPolicy(logs: [.init(key: log)], witnesses: [.init(name: w, key: itself)])
        }
        #expect(throws: NoteError.self) { try TLogPolicy(logs: [.init(key: witness)]) }
        #expect(throws: NoteError.self) { try TLogPolicy(logs: [.init(key: log)], quorum: w) }
    }
}
