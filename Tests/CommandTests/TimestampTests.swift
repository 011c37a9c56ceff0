import Foundation
import LedgerCrypto
import TestMaterial
import Testing

/// `countersign timestamp` and what comes of it, with time authorities of the tests' own.
@Suite(
    .enabled(if: TimeAuthority.command != nil, "the openssl command is not installed: no time authority can be made"))
struct TimestampTests {
    private let scratch: ScratchFolder
    private let log: FollowedLog
    private let authority: TimeAuthority

    init() throws {
        scratch = try ScratchFolder()
        log = try FollowedLog(in: scratch)
        authority = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("authority")))
    }

    private func stamp(_ server: TimeServer, _ more: String...) throws -> CommandResult {
        let arguments = ["timestamp", "--data", log.ledger.data, "--timestamp-authority", server.address]
        return try Binary.countersign.run(arguments + more)
    }

    private func verify(_ folder: String, ca: String? = nil) throws -> CommandResult {
        try Binary.verify.run(["log", folder, "--trust", log.trust, "--tsa-ca", ca ?? authority.caFile])
    }

    private func kept() throws -> [String] {
        let folder = log.ledger.data + "/timestamps"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".tsr") }.sorted()
    }

    @Test func `a head is stamped once, exported, verified offline, and openssl agrees`() throws {
        let time = try TimeServer(authority)
        let page = try CommandOutputPage()
        let made = try stamp(time, "--timestamp-ca", authority.caFile, "--json")
        #expect(made.code == 0 && made.output.contains(#""new":true"#), "\(made)")
        try page.expect(made.output, is: "timestamp")
        let again = try stamp(time)
        #expect(again.code == 0 && again.output.contains("already stamped"), "\(again)")
        let server = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 300, at: server.address, label: "a")
        #expect(try stamp(time).code == 0)
        let names = try kept()
        #expect(names.count == 2)
        server.stop()
        let tiles = scratch.path("tiles")
        try log.export(to: tiles)
        let good = try verify(tiles)
        #expect(good.code == 0 && good.output.contains("holds        time authorities of the CA file stamped 2 heads"))
        for name in names {
            let place = "\(tiles)/timestamps/\(name.dropLast(4))"
            #expect(try authority.accepts(readFile(place + ".tsr"), for: readFile(place + ".txt")), "\(name)")
        }
        let unasked = try log.verify(tiles)
        #expect(unasked.code == 0 && unasked.output.contains("not checked  time authorities"), "\(unasked.output)")
    }

    @Test func `an answer that nobody judged is said to be one, and gives way to one that verifies`() throws {
        let stranger = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("stranger")))
        let unjudged = try stamp(TimeServer(stranger))
        #expect(unjudged.code == 0 && unjudged.errors.contains("nobody judged"), "\(unjudged)")
        let file = "\(log.ledger.data)/timestamps/\(try #require(try kept().first))"
        let first = try readFile(file)
        let still = try stamp(TimeServer(stranger), "--timestamp-ca", authority.caFile)
        #expect(still.code == 1, "\(still)")
        #expect(try readFile(file) == first, "only what verifies replaces it")
        let time = try TimeServer(authority)
        let judged = try stamp(time, "--timestamp-ca", authority.caFile, "--json")
        #expect(judged.code == 0 && judged.output.contains(#""new":true"#) && judged.errors.isEmpty, "\(judged)")
        let second = try readFile(file)
        #expect(second != first)
        #expect(try stamp(time, "--timestamp-ca", authority.caFile).output.contains("already stamped"))
        #expect(try readFile(file) == second)
    }

    @Test func `a timestamp of another head, by another authority, or none at all is not taken for one`() throws {
        let time = try TimeServer(authority)
        let tiles = scratch.path("tiles")
        try log.export(to: tiles)
        let none = try verify(tiles)
        #expect(none.code == 4 && none.output.contains("there is no timestamp"), "\(none.output)")
        #expect(try stamp(time).code == 0)
        let server = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 5, at: server.address, label: "a")
        server.stop()
        try log.export(to: tiles)
        let name = try #require(try kept().first)
        let stranger = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("stranger")))
        let foreign = try verify(tiles, ca: stranger.caFile)
        #expect(
            foreign.code == 1 && foreign.output.contains("no authority of the CA file signed it"), "\(foreign.output)")
        try FileManager.default.moveItem(atPath: "\(tiles)/timestamps/\(name)", toPath: "\(tiles)/timestamps/5.tsr")
        let moved = try verify(tiles)
        #expect(moved.code == 1 && moved.output.contains("it stamps something else"), "\(moved.output)")
        try FileManager.default.moveItem(atPath: "\(tiles)/timestamps/5.tsr", toPath: "\(tiles)/timestamps/5000.tsr")
        let beyond = try verify(tiles)
        #expect(beyond.code == 1 && beyond.output.contains("no head of 5000 entries"), "\(beyond.output)")
        #expect(try Binary.verify.run(["log", tiles, "--trust", log.trust, "--tsa-ca", log.trust]).code == 2)
    }

    @Test(
        "a time authority that does not do its work is found out, and nothing is kept",
        arguments: [
            ("hang", 4, "not reach"), ("page", 1, "no time authority"), ("error", 4, "500"), ("long", 1, "more than"),
            ("garbage", 1, "not the answer"), ("cut", 1, "not the answer"), ("other", 1, "stamped something else"),
        ])
    func badAuthority(way: String, code: Int32, words: String) throws {
        let result = try stamp(TimeServer(authority, way: way), "--timestamp-timeout", "1")
        #expect(result.code == code && result.errors.contains(words), "\(way): \(result.code) \(result.errors)")
        #expect(try kept().isEmpty)
    }

    @Test func `an old answer, an expired certificate, a stranger and a wrong clock are found out`() throws {
        let old = try TimeServer(authority, way: "old")
        #expect(try stamp(old).code == 0)
        let server = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 1, at: server.address, label: "a")
        server.stop()
        let replayed = try stamp(old)
        #expect(replayed.code == 1 && replayed.errors.contains("stamped something else"), "\(replayed.errors)")
        let expired = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("expired")), days: -1)
        let late = try stamp(TimeServer(expired), "--timestamp-ca", expired.caFile)
        #expect(late.code == 1 && late.errors.contains("expired"), "\(late.errors)")
        let stranger = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("stranger")))
        let foreign = try stamp(TimeServer(stranger), "--timestamp-ca", authority.caFile)
        #expect(foreign.code == 1 && foreign.errors.contains("no authority of the CA file"), "\(foreign.errors)")
        let clock = try StoryClock(in: scratch)
        try clock.set("2026-01-02T03:04:05Z")
        let slow = try stamp(TimeServer(authority, environment: clock.environment))
        #expect(slow.code == 1 && slow.errors.contains("one of the two clocks is wrong"), "\(slow.errors)")
        #expect(try kept().count == 1)
    }

    @Test func `a server stamps by itself, serves that, and does not wait for an authority that hangs`() async throws {
        let time = try TimeServer(authority)
        let server = try ServerProcess(
            data: log.ledger.data,
            arguments: ["--timestamp-authority", time.address, "--timestamp-every", "0.0001"])
        try log.grow(by: 3, at: server.address, label: "a")
        for _ in 0..<1_200 where try kept().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
        let size = try #require(try kept().first?.dropLast(4))
        let client = Client(address: server.address, token: log.ledger.token)
        let answer = try await client.get("/v1/timestamps/\(size)")
        #expect(try answer == readFile("\(log.ledger.data)/timestamps/\(size).tsr"))
        let list = String(decoding: try await client.get("/v1/timestamps"), as: UTF8.self)
        #expect(list.contains(size))
        #expect(server.stop() == 0)
        let hanging = try TimeServer(authority, way: "hang")
        let other = try ServerProcess(
            data: log.ledger.data,
            arguments: ["--timestamp-authority", hanging.address, "--timestamp-every", "0.0001"])
        try log.grow(by: 3, at: other.address, label: "b")
        #expect(other.stop() == 0)
    }

    @Test func `a package gets the timestamp of its head`() throws {
        let time = try TimeServer(authority)
        func export(_ file: String, _ more: String...) throws -> String {
            let arguments = ["export", "--data", log.ledger.data, "--out", scratch.path(file), "--json"]
            let result = try Binary.countersign.run(arguments + more)
            try #require(result.code == 0, "\(result.errors)")
            return result.output
        }
        func verify(_ file: String, ca: String) throws -> CommandResult {
            try Binary.verify.run(["package", scratch.path(file), "--trust", log.trust, "--tsa-ca", ca])
        }
        let said = try export("bare.zip")
        let bare = try verify("bare.zip", ca: authority.caFile)
        #expect(bare.code == 4 && bare.output.contains("there is no timestamps/"), "\(bare.output)")
        _ = try export("stamped.zip", "--timestamp-authority", time.address)
        let stamped = try verify("stamped.zip", ca: authority.caFile)
        #expect(stamped.code == 0 && stamped.output.contains("stamped the package's head: it existed at"), "\(stamped)")
        #expect(try stamp(time).code == 0)
        // The same period again, under the newest head: no mark is cut, so that the head is the stamped one.
        let end = try #require(said.firstMatch(of: /"to":"([^"]+)"/)?.1)
        _ = try export("kept.zip", "--to", String(end))
        #expect(try verify("kept.zip", ca: authority.caFile).code == 0)
        let stranger = try TimeAuthority(in: URL(fileURLWithPath: scratch.path("stranger")))
        #expect(try verify("kept.zip", ca: stranger.caFile).code == 1)
        #expect(try Binary.verify.run(["package", scratch.path("kept.zip"), "--trust", log.trust]).code == 0)
    }

    @Test func `a certificate that ended since is good for what it stamped before`() throws {
        let clock = try StoryClock(in: scratch)
        try clock.set("2026-01-02T03:04:05Z")
        let old = try TimeAuthority(
            in: URL(fileURLWithPath: scratch.path("old")), days: 2, environment: clock.environment)
        let text = Array("example.com\n1\nroot\n".utf8)
        let request = try TimestampRequest(imprint: .sha256(text))
        let token = try TimestampToken(parsing: old.answer(request.der))
        #expect(token.time / 86_400_000 == 20_455, "2026-01-02: \(token.time)")
        let roots = try TimestampRoots(pem: readFile(old.caFile))
        #expect(throws: Never.self) { try token.verify(imprint: .sha256(text), under: roots) }
    }
}
