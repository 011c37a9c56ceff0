import Foundation
import SignedNotes
import TestMaterial
import Testing

@Suite(
    "Published notes of real logs and other implementations",
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct PublishedNoteTests {
    struct File: Decodable {
        let notes: [Note]
        let vkeys: [Key]
    }

    struct Note: Decodable {
        let id: String
        let note: String
        let vkeys: [String]
        let expect: String
        let parseOnly: Bool

        enum CodingKeys: String, CodingKey {
            case id, vkeys, expect
            case note = "note_b64"
            case parseOnly = "parse_only"
        }
    }

    struct Key: Decodable {
        let vkey: String
        let expect: String
        let why: String
    }

    struct Body: Decodable {
        let desc: String
        let text: String
        let expect: String
    }

    static func load<Content: Decodable>(_ file: String) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(try SharedData.bytes("vectors/signed-notes/\(file)")))
    }

    @Test("All 48 notes verify, or do not, as published")
    func notes() throws {
        let file: File = try PublishedNoteTests.load("notes.json")
        #expect(file.notes.count == 48)
        for vector in file.notes {
            let bytes = [UInt8](try #require(Data(base64Encoded: vector.note)))
            let keys = try vector.vkeys.map(vkey)
            if vector.expect == "ok" {
                let note = try SignedNote(parsing: bytes)
                #expect(note.formatted == bytes, "\(vector.id)")
                if !vector.parseOnly { #expect(try note.verify(with: keys) == keys, "\(vector.id)") }
            } else {
                #expect(throws: NoteError.self, "\(vector.id)") { try SignedNote(parsing: bytes).verify(with: keys) }
            }
        }
    }

    @Test("All 19 verifier keys are read or refused as published")
    func keys() throws {
        let file: File = try PublishedNoteTests.load("notes.json")
        #expect(file.vkeys.count == 19)
        for vector in file.vkeys {
            let bytes = [UInt8](text: vector.vkey)
            if vector.expect == "ok" {
                #expect(try VerifierKey(parsing: bytes).formatted == bytes)
            } else {
                #expect(throws: NoteError.self, "\(vector.why)") { try VerifierKey(parsing: bytes) }
            }
        }
    }

    @Test("All 18 checkpoint bodies are read or refused as published")
    func checkpoints() throws {
        let bodies: [Body] = try PublishedNoteTests.load("checkpoint-bodies.json")
        #expect(bodies.count == 18)
        for body in bodies {
            let bytes = [UInt8](text: body.text)
            if body.expect == "ok" {
                #expect(try Checkpoint(parsing: bytes).formatted == bytes, "\(body.desc)")
            } else {
                #expect(throws: NoteError.self, "\(body.desc)") { try Checkpoint(parsing: bytes) }
            }
        }
    }
}
