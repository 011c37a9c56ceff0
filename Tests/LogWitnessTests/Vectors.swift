import Foundation
import LedgerCrypto
import LogWitness
import MerkleTree
import SignedNotes
import TestMaterial

/// A text of the committed vectors: in `base64` where it is no printable UTF-8.
struct Shown: Decodable, Sendable {
    let text: String?
    let base64: String?

    var bytes: [UInt8] { text.map { [UInt8]($0.utf8) } ?? base64.flatMap { Base64.decode($0) } ?? [] }
}

/// `Tests/Vectors/notes/witness.json`, which `tools/make-note-vectors` writes.
struct WitnessVectors: Decodable, Sendable {
    let logs: [Log]
    let steps: [Step]

    struct Log: Decodable, Sendable {
        let origin: String
        let vkeys: [String]
    }

    struct Step: Decodable, Sendable {
        let why: String
        let request: Shown
        let status: Int
        /// In an answer of 200 or 409: the size of the newest cosigned head.
        let size: UInt64?
    }

    static func load() throws -> WitnessVectors {
        try JSONDecoder().decode(
            WitnessVectors.self, from: Data(try Checkout.bytes("Tests/Vectors/notes/witness.json")))
    }
}

/// A witness in a folder that goes with it.
final class Scratch: Sendable {
    let path: String
    let directory: WitnessDirectory
    let verifierKey: VerifierKey

    init(logs: [WitnessVectors.Log] = []) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("witness-\(UUID().uuidString)").path
        directory = WitnessDirectory(path)
        verifierKey = try directory.create(name: Array("witness.example/w1".utf8))
        for log in logs {
            for vkey in log.vkeys {
                _ = try directory.add(VerifierKey(parsing: Array(vkey.utf8)), of: Array(log.origin.utf8))
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opens the witness. One that was let go a moment ago may still hold the lock: in its last job, or in a process
    /// that another test is just starting.
    func witness(at time: UInt64 = 1_800_000_000) async throws -> Witness {
        for _ in 0..<50 {
            if let witness = try? Witness(directory, now: { time }) { return witness }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try Witness(directory) { time }
    }
}

extension Witness {
    /// The status that HTTP gives the answer, with the size in it, and the cosignature where there is one.
    func status(of body: [UInt8]) async throws -> (status: Int, size: UInt64?, line: NoteSignature?) {
        do {
            let cosigned = try await answer(body)
            return (200, cosigned.head.size.value, cosigned.signature)
        } catch let refusal as Refusal {
            switch refusal {
            case .malformed, .oldSizeBeyond: return (400, nil, nil)
            case .unknownLog: return (404, nil, nil)
            case .untrusted: return (403, nil, nil)
            case .otherSize(let size): return (409, size.value, nil)
            case .inconsistent: return (422, nil, nil)
            }
        }
    }
}
