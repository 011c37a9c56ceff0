import ApprovalEvents
import Foundation
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import MerkleTree
import Testing

@Suite("A caller") struct CallerTests {
    @Test func `is made with an entry that holds nothing of its token`() async throws {
        let fixture = try await Fixture()
        let order = try CallerOrder(
            id: "gateway-1", roles: ["submit", "read"], sources: ["/gateways/eu-1"], types: ["approval.*"],
            notAfter: "2027-01-01T00:00:00Z")
        let issued = try await fixture.administration.create(order, by: try Fixture.operatorPrincipal)
        let bytes = try fixture.sequencer.reader.entryBytes(at: issued.index)
        guard case .ledgerCallerChanged(let changed) = try LedgerEntry(parsing: bytes).payload else {
            throw Unexpected("no such payload")
        }
        #expect(changed.change == .added)
        #expect(changed.caller == "gateway-1")
        #expect(changed.roles == ["read", "submit"])
        #expect(changed.sourcePrefixes == ["/gateways/eu-1"])
        #expect(changed.types == ["dev.countersign.approval.*"])
        #expect(changed.credential == Text(issued.token.fingerprint))
        #expect(changed.notAfter == Timestamp("2027-01-01T00:00:00Z"))
        let text = String(decoding: bytes, as: UTF8.self)
        let secret = issued.token.text.split(separator: "_").last.map(String.init) ?? ""
        #expect(!text.contains(secret))
        #expect(!text.contains(issued.token.digest.hex))
        #expect("\(issued.token)" == issued.token.fingerprint)
        // Neither does any file.
        let file = try String(contentsOfFile: fixture.path + "/callers/gateway-1.json", encoding: .utf8)
        #expect(!file.contains(secret))
        #expect(file.contains(issued.token.digest.hex))
    }

    @Test func `is kept in a private file, and known after a restart`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway-1", ["submit"])
        let file = fixture.path + "/callers/gateway-1.json"
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(
            try FileManager.default.attributesOfItem(atPath: fixture.path + "/callers")[.posixPermissions] as? Int
                == 0o700)
        let registry = try CallerRegistry(directory: fixture.path + "/callers")
        let shown = try #require(BearerToken(parsing: Array(token.utf8)))
        let caller = try #require(registry.caller(showing: shown, at: fixture.clock.now().wall.timestamp))
        #expect(caller == fixture.ledger.callers.all.first)
    }

    @Test func `that is revoked is refused at once, stays refused, and keeps its id for ever`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway-1", ["submit"])
        let id = try #require(CallerID("gateway-1"))
        let shown = try #require(BearerToken(parsing: Array(token.utf8)))
        let now = fixture.clock.now().wall.timestamp
        let index = try await fixture.administration.revoke(id, by: try Fixture.operatorPrincipal)
        #expect(fixture.ledger.callers.caller(showing: shown, at: now) == nil)
        guard case .ledgerCallerChanged(let changed) = try fixture.sequencer.reader.entry(at: index).payload else {
            throw Unexpected("no such payload")
        }
        #expect(changed.change == .revoked)
        #expect(try await fixture.administration.revoke(id, by: try Fixture.operatorPrincipal) == index)
        let registry = try CallerRegistry(directory: fixture.path + "/callers")
        #expect(registry.caller(showing: shown, at: now) == nil)
        await #expect(throws: Problem.self) { try await fixture.token("gateway-1", ["submit"]) }
        // Not even when its file is gone.
        try FileManager.default.removeItem(atPath: fixture.path + "/callers/gateway-1.json")
        let forgetful = OpenedLedger(
            sequencer: fixture.sequencer, index: fixture.ledger.index,
            callers: try CallerRegistry(directory: fixture.path + "/callers"), clock: fixture.clock)
        let order = try CallerOrder(id: "gateway-1", roles: ["read"], sources: [], types: [])
        do {
            _ = try await Administration(forgetful).create(order, by: try Fixture.operatorPrincipal)
            throw Unexpected("the id was given again")
        } catch let problem as Problem {
            #expect(problem.type == .callerTaken)
        }
    }

    @Test func `id is given once, however many ask for it at the same moment`() async throws {
        let fixture = try await Fixture()
        let tokens = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<16 {
                group.addTask { try? await fixture.token("gateway-1", ["submit"]) }
            }
            return await group.reduce(into: [String]()) { if let token = $1 { $0.append(token) } }
        }
        #expect(tokens.count == 1)
        let shown = try #require(BearerToken(parsing: Array(tokens[0].utf8)))
        #expect(fixture.ledger.callers.caller(showing: shown, at: fixture.clock.now().wall.timestamp) != nil)
    }

    @Test func `whose revocation a crash kept out of the log is sealed at the next start`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.token("gateway-1", ["submit"])
        let file = URL(fileURLWithPath: fixture.path + "/callers/gateway-1.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let cut = text.replacing("\"revoked\":", with: "\"x\":").replacing(
            "\"roles\"", with: "\"revocation_sealed\":false,\"revoked\":\"2026-11-22T03:00:01Z\",\"roles\"")
        try cut.write(to: file, atomically: true, encoding: .utf8)
        let reopened = OpenedLedger(
            sequencer: fixture.sequencer, index: fixture.ledger.index,
            callers: try CallerRegistry(directory: fixture.path + "/callers"), clock: fixture.clock)
        let size = fixture.size
        try await Administration(reopened).finishRevocations()
        #expect(fixture.size == size + 1)
        try await Administration(reopened).finishRevocations()
        #expect(fixture.size == size + 1)
    }

    @Test func `cannot be ordered with anything wrong, and everything wrong is said at once`() throws {
        do {
            _ = try CallerOrder(
                id: "Gateway 1", roles: ["submit", "root"], sources: ["/a/../b"], types: ["a b", "ok.*"],
                notAfter: "tomorrow")
            throw Unexpected("it was taken")
        } catch let problem as Problem {
            #expect(problem.type == .invalidCaller)
            #expect(
                problem.violations.map(\.pointer.description) == [
                    "/caller", "/roles/1", "/source_prefixes/0", "/types/0", "/not_after",
                ])
        }
        #expect(throws: Problem.self) { try CallerOrder(id: "a", roles: [], sources: [], types: []) }
        #expect(throws: Problem.self) { try CallerOrder(id: "a", roles: ["submit"], sources: [], types: []) }
        for id in ["ledger", "anonymous", "adapter:slack", "", "-a", "a/b", "..", String(repeating: "a", count: 65)] {
            #expect(throws: Problem.self) { try CallerOrder(id: Text(id), roles: ["read"], sources: [], types: []) }
        }
    }

    @Test func `file that cannot be understood stops the start, whatever byte is lost`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.token("gateway-1", ["submit"])
        let file = URL(fileURLWithPath: fixture.path + "/callers/gateway-1.json")
        let whole = try Data(contentsOf: file)
        for length in 0..<whole.count - 1 {
            try whole.prefix(length).write(to: file)
            #expect(throws: CallerRegistry.UnreadableCaller.self) {
                try CallerRegistry(directory: fixture.path + "/callers")
            }
        }
        // Other bytes: never a crash, and never another id than the file's name.
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x01
            try changed.write(to: file)
            if let registry = try? CallerRegistry(directory: fixture.path + "/callers") {
                #expect(registry.all.map(\.id.description) == ["gateway-1"])
            }
        }
    }

    @Test func `token is read in its exact form only`() throws {
        let token = try BearerToken()
        let bytes = Array(token.text.utf8)
        #expect(bytes.count == 64)
        #expect(BearerToken(parsing: bytes)?.keyID == token.keyID)
        for length in 0..<bytes.count { #expect(BearerToken(parsing: Array(bytes[..<length])) == nil) }
        #expect(BearerToken(parsing: bytes + [0x41]) == nil)
        for place in bytes.indices {
            for flip in [0x01, 0x20, 0x80] as [UInt8] {
                var changed = bytes
                changed[place] ^= flip
                if let other = BearerToken(parsing: changed) { #expect(other.digest != token.digest) }
            }
        }
        #expect(try BearerToken().text != token.text)
    }

    @Test func `is counted in the log, by problem, with those whom nobody knows`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway-1", ["submit"])
        try await fixture.test { client in
            _ = try await client.submit(token, Event.cancelled("e-1"))
            _ = try await client.submit(token, "{")
            _ = try await client.submit(token, Event.cancelled("e-2", source: "/elsewhere"))
            _ = try await client.submit("nonsense", Event.cancelled("e-3"))
        }
        fixture.clock.advance(seconds: 3_600)
        await fixture.sequencer.tick()
        var counted: [Text: (Int64, JSONValue)] = [:]
        for index in 0..<fixture.size {
            guard
                case .ledgerIntakeCounted(let count) = try fixture.sequencer.reader.entry(at: LeafIndex(index)).payload
            else { continue }
            counted[count.caller] = (count.accepted, count.refused)
        }
        #expect(counted["gateway-1"]?.0 == 1)
        #expect(counted["gateway-1"]?.1 == ["malformed-json": 1, "outside-grant": 1])
        #expect(counted["anonymous"]?.1 == ["unauthenticated": 1])
    }
}

extension Int64 {
    /// Milliseconds of the wall clock as a time.
    var timestamp: Timestamp { Timestamp(milliseconds: self) }
}
