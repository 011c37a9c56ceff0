import Foundation
import LedgerCrypto
import TestMaterial
import Testing

@Suite(
    "Published edge cases of signatures",
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct PublishedSignatureTests {
    struct Wycheproof: Decodable {
        let testGroups: [Group]
    }

    struct Group: Decodable {
        let publicKeyDer: String
        let tests: [Case]
    }

    struct Case: Decodable {
        let tcId: Int
        let comment: String
        let msg: String
        let sig: String
        let result: String
    }

    @Test(
        "Wycheproof's signatures are judged as it says",
        arguments: [("ed25519_test", 151, 88), ("ecdsa_secp256r1_sha256_test", 484, 174)])
    func wycheproof(name: String, count: Int, valid: Int) throws {
        let data = Data(try SharedData.bytes("vectors/wycheproof/\(name).json"))
        var judged = (all: 0, valid: 0)
        for group in try JSONDecoder().decode(Wycheproof.self, from: data).testGroups {
            let key = try PublicKey(spki: try #require(Hex.decode(group.publicKeyDer)))
            for test in group.tests {
                let message = try #require(Hex.decode(test.msg))
                let holds = key.isValid(signature: try #require(Hex.decode(test.sig)), for: message)
                #expect(holds == (test.result == "valid"), "\(test.tcId): \(test.comment)")
                judged.all += 1
                judged.valid += holds ? 1 : 0
            }
        }
        #expect(judged == (count, valid))
    }

    struct EdgeCase: Decodable {
        let number: Int
        let key: String
        let sig: String
        let msg: String
        let flags: [String]?
    }

    @Test("Ed25519's 914 edge cases are accepted exactly where OpenSSL was seen to accept them")
    func edgeCases() throws {
        let folder = "vectors/cctv-ed25519"
        let cases = try JSONDecoder().decode(
            [EdgeCase].self, from: Data(try SharedData.bytes("\(folder)/ed25519vectors.json")))
        let accepts = try SharedData.bytes("\(folder)/openssl-3.0.19-accepts.txt").filter { $0 != UInt8(ascii: "\n") }
        try #require(cases.count == accepts.count)
        for (vector, accepted) in zip(cases, accepts) {
            let key = try PublicKey(ed25519: try #require(Hex.decode(vector.key)))
            let holds = key.isValid(signature: try #require(Hex.decode(vector.sig)), for: [UInt8](vector.msg.utf8))
            #expect(holds == (accepted == UInt8(ascii: "1")), "\(vector.number): \(vector.flags ?? [])")
        }
    }
}
