import ApprovalEvents
import Foundation
import LedgerCrypto
import TestMaterial
import Testing

@Suite(
    "The stories of approvals", .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct StoriesTests {
    static let names: [String] = {
        guard SharedData.isPresent,
            let files = try? FileManager.default.contentsOfDirectory(atPath: SharedData.url("stories").path)
        else { return [] }
        return files.filter { $0.hasSuffix(".ndjson") }.sorted()
    }()

    static func lines(_ name: String) throws -> [[UInt8]] {
        try SharedData.bytes("stories/\(name)").split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    @Test("are accepted whole", arguments: names)
    func accepted(name: String) throws {
        for line in try Self.lines(name) {
            let event = try ApprovalEvent.parse(structured: line, rules: .standard)
            #expect(event.canonicalSubmission == line, "the stories are written in canonical form")
            #expect(event.payload.type?.text == event.type)
        }
    }

    @Test("are the same events in structured, binary and batch mode", arguments: names)
    func oneForm(name: String) throws {
        let lines = try Self.lines(name)
        let batch = Array("[".utf8) + lines.joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)
        let batched = try ApprovalEvent.parse(batch: batch, rules: .standard)
        #expect(batched.count == lines.count)
        for (line, fromBatch) in zip(lines, batched) {
            let structured = try ApprovalEvent.parse(structured: line, rules: .standard)
            let message = try BinaryMessage(line)
            let binary = try ApprovalEvent.parse(
                binaryAttributes: message.headers, contentType: message.contentType, body: message.body,
                rules: .standard)
            #expect(binary == structured)
            #expect(fromBatch == structured)
            #expect(binary.canonicalSubmission == structured.canonicalSubmission)
        }
    }

    @Test("come back from their sealed form", arguments: names)
    func sealed(name: String) throws {
        let salt = [UInt8](0..<16)
        for line in try Self.lines(name) {
            let event = try ApprovalEvent.parse(structured: line, rules: .standard)
            let time = Timestamp(milliseconds: 1_790_000_000_123)
            let entry = try LedgerEntry.seal(event, time: time, caller: "gateway-eu-1", salt: salt)
            let read = try LedgerEntry(parsing: entry.bytes)
            #expect(read == entry)
            #expect(read.payload == event.payload)
            #expect(read.attributes == event.attributes)
            #expect(read.ledgerTime == time && read.caller == "gateway-eu-1" && read.salt == salt)
            #expect(read.submission(disclosing: []) == event.canonicalSubmission)
            #expect(read.compare(event, disclosing: []) == .same)
        }
    }
}

/// A story's line as a binary-mode message.
struct BinaryMessage {
    var headers: [(name: [UInt8], value: [UInt8])] = []
    var contentType: [UInt8]?
    var body: [UInt8] = []

    init(_ structured: [UInt8]) throws {
        let members = try JSONValue(parsing: structured).asObject?.members ?? []
        for (name, value) in members {
            switch name {
            case "data": body = value.canonicalBytes
            case "datacontenttype": contentType = value.asString?.bytes
            default:
                headers.append((Array("CE-\(name.string.uppercased())".utf8), Self.encoded(value.asString ?? "")))
            }
        }
    }

    /// Percent-encodes as CloudEvents asks of a sender.
    static func encoded(_ text: Text) -> [UInt8] {
        text.bytes.flatMap { byte -> [UInt8] in
            let isPlain = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "%")
            return isPlain ? [byte] : Array("%".utf8) + Hex.encode([byte])
        }
    }
}
