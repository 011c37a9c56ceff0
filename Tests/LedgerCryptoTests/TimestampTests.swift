import Foundation
import LedgerCrypto
import TestMaterial
import Testing

@Suite(
    "A timestamp",
    .enabled(if: TimeAuthority.command != nil, "the openssl command is not installed: no time authority can be made"))
struct TimestampTests {
    private static let text = Array("log.example/one\n7\nh1VzWxxvwEQQAXyVLiLk0kD+nF+dNz7Ds4PfDXLaapM=\n".utf8)
    private let folder: URL
    private let authority: TimeAuthority
    private let roots: TimestampRoots
    private let request: TimestampRequest
    private let answer: [UInt8]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("timestamp-\(UUID().uuidString)")
        authority = try TimeAuthority(in: folder.appendingPathComponent("one"))
        roots = try TimestampRoots(pem: [UInt8](Data(contentsOf: URL(fileURLWithPath: authority.caFile))))
        request = try TimestampRequest(imprint: .sha256(Self.text))
        answer = try authority.answer(request.der)
    }

    @Test("is asked for, read and verified, and openssl agrees")
    func good() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let token = try TimestampToken(parsing: answer)
        try token.requireAnswer(to: request)
        try token.verify(imprint: .sha256(Self.text), under: roots)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        #expect((now - 300_000...now + 1_000).contains(token.time), "\(token.time)")
        #expect(token.accuracy == 1_500_000)
        #expect(token.serial == "02")
        #expect(token.authority.contains("A time authority"), "\(token.authority)")
        #expect(try authority.accepts(token.der, for: Self.text))
        #expect(try !authority.accepts(token.der, for: Self.text + [0x20]))
    }

    @Test("of something else, or the answer to somebody else, is told from ours")
    func mismatch() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let token = try TimestampToken(parsing: answer)
        let again = try TimestampRequest(imprint: .sha256(Self.text))
        #expect(Self.kind { () throws(TimestampError) in try token.requireAnswer(to: again) } == .mismatch)
        let other = try TimestampRequest(imprint: .sha256([]))
        #expect(Self.kind { () throws(TimestampError) in try token.requireAnswer(to: other) } == .mismatch)
        #expect(
            Self.kind { () throws(TimestampError) in try token.verify(imprint: .sha256([]), under: roots) } == .mismatch
        )
    }

    @Test("counts only under a CA that is trusted, from a certificate that was valid then")
    func untrusted() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let stranger = try TimeAuthority(in: folder.appendingPathComponent("stranger"))
        let foreign = try TimestampToken(parsing: stranger.answer(request.der))
        let expired = try TimeAuthority(in: folder.appendingPathComponent("expired"), days: -1)
        let late = try TimestampToken(parsing: expired.answer(request.der))
        let expiredRoots = try TimestampRoots(pem: [UInt8](Data(contentsOf: URL(fileURLWithPath: expired.caFile))))
        for (token, roots) in [(foreign, roots), (late, expiredRoots)] {
            try token.requireAnswer(to: request)
            let refusal = Self.kind { () throws(TimestampError) in
                try token.verify(imprint: .sha256(Self.text), under: roots)
            }
            #expect(refusal == .untrusted)
        }
    }

    @Test("that the authority refuses is refused in its own words")
    func rejected() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let picky = try TimeAuthority(in: folder.appendingPathComponent("picky"), digests: "sha512")
        let answer = try picky.answer(request.der)
        do {
            _ = try TimestampToken(parsing: answer)
            Issue.record("a refusal was taken for a timestamp")
        } catch {
            #expect(error.kind == .rejected && error.message.contains("not supported"), "\(error)")
        }
    }

    @Test(
        "of a clock that may be more than a day off is none", arguments: [("secs:86400", true), ("secs:86401", false)])
    func vague(_ accuracy: String, _ isTaken: Bool) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let vague = try TimeAuthority(in: folder.appendingPathComponent("vague"), accuracy: accuracy)
        let answer = try vague.answer(request.der)
        #expect(((try? TimestampToken(parsing: answer)) != nil) == isTaken)
    }

    @Test("says after any damage what it said before, or nothing")
    func damage() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let good = try TimestampToken(parsing: answer)
        for end in 0..<answer.count {
            #expect(throws: TimestampError.self) { try TimestampToken(parsing: Array(answer[..<end])) }
        }
        #expect(throws: TimestampError.self) { try TimestampToken(parsing: answer + [0]) }
        var verified = 0
        for place in answer.indices {
            var changed = answer
            changed[place] ^= 0x01
            guard let token = try? TimestampToken(parsing: changed),
                (try? token.verify(imprint: .sha256(Self.text), under: roots)) != nil
            else { continue }
            // The status and what is not signed may change; what is said may not.
            #expect(token.time == good.time && token.imprint == good.imprint, "byte \(place)")
            verified += 1
        }
        #expect(verified < answer.count / 10, "\(verified) of \(answer.count) changes were not noticed")
    }

    @Test("needs a CA file that holds certificates, whole ones")
    func caFiles() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let pem = [UInt8](try Data(contentsOf: URL(fileURLWithPath: authority.caFile)))
        #expect(throws: TimestampError.self) { try TimestampRoots(pem: []) }
        #expect(throws: TimestampError.self) { try TimestampRoots(pem: Array("no certificate".utf8)) }
        #expect(throws: TimestampError.self) { try TimestampRoots(pem: Array(pem.dropLast(100))) }
        #expect(throws: TimestampError.self) { try TimestampRoots(pem: pem + pem.dropLast(100)) }
        let both = try TimestampRoots(pem: Array("A comment\n".utf8) + pem + pem)
        try TimestampToken(parsing: answer).verify(imprint: .sha256(Self.text), under: both)
    }

    @Test(
        "that somebody else made is read and verified",
        .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
    func published() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = "vectors/rfc3161-synthetic"
        let text = try SharedData.bytes("\(place)/data.txt")
        let roots = try TimestampRoots(pem: SharedData.bytes("\(place)/ca.pem"))
        let token = try TimestampToken(parsing: SharedData.bytes("\(place)/r.tsr"))
        try token.verify(imprint: .sha256(text), under: roots)
        #expect(throws: TimestampError.self) { try token.verify(imprint: .sha256(text + [0]), under: roots) }
        #expect(throws: TimestampError.self) { try token.verify(imprint: .sha256(text), under: self.roots) }
    }

    private static func kind(_ body: () throws(TimestampError) -> Void) -> TimestampError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return error.kind
        }
    }
}
