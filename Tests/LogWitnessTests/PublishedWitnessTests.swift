import Foundation
import LedgerCrypto
import LogWitness
import SignedNotes
import TestMaterial
import Testing

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct PublishedWitnessTests {
    private struct File: Decodable {
        let keyHash: String
        let publicKey: String
        let sequence: [Step]

        enum CodingKeys: String, CodingKey {
            case sequence
            case keyHash = "log_key_hash_hex"
            case publicKey = "log_public_key_hex"
        }
    }

    private struct Step: Decodable {
        let request: String
        let status: Int

        enum CodingKeys: String, CodingKey {
            case request
            case status = "expect_status_spec_2026"
        }
    }

    @Test func `litewitness's nine requests are answered as the specification of 2026 says`() async throws {
        let file = try JSONDecoder().decode(
            File.self, from: Data(try SharedData.bytes("vectors/torchwood-litewitness/add-checkpoint.json")))
        #expect(file.sequence.count == 9)
        let origin = Array("sigsum.org/v1/tree/\(file.keyHash)".utf8)
        let key = try PublicKey(ed25519: try #require(Hex.decode(file.publicKey)))
        let scratch = try Scratch()
        _ = try scratch.directory.add(VerifierKey(name: origin, key: key), of: origin)
        let witness = try await scratch.witness()
        for (number, step) in file.sequence.enumerated() {
            let answer = try await witness.status(of: Array(step.request.utf8))
            #expect(answer.status == step.status, "request \(number)")
        }
    }
}
