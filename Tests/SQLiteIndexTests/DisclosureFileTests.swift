import ApprovalEvents
import Foundation
import GRDB
import LedgerCrypto
import LedgerEngine
import SQLiteIndex
import Testing

@Suite("The disclosure store") struct DisclosureFileTests {
    let directory: Directory
    let path: String

    init() throws {
        directory = try Directory()
        path = directory.file("private/disclosures.db")
    }

    private func disclosure(_ number: Int, secret: String = "Maria Musterfrau") throws -> Disclosure {
        let salt = Base64URL.string(Digest.sha256(Array("salt \(number)".utf8)).bytes.prefix(16))
        let json = "[\"\(salt)\",\"justification\",\"\(secret) \(number)\"]"
        return try #require(Disclosure(Text(Base64URL.string(Array(json.utf8)))))
    }

    /// Whether the disclosure's text stands in any of the store's files.
    private func stands(_ disclosure: Disclosure) throws -> Bool {
        let needle = Data(disclosure.text.string.utf8.prefix(60))
        return try FileManager.default.contentsOfDirectory(atPath: directory.file("private")).contains { name in
            try Data(contentsOf: URL(fileURLWithPath: directory.file("private/\(name)"))).range(of: needle) != nil
        }
    }

    @Test func `What is put is there after a restart, and only that`() throws {
        let all = try (0..<20).map { try disclosure($0) }
        let before = try DisclosureFile(path: path)
        try before.put(Array(all[..<10]))
        try before.put(Array(all[5..<15]))
        try before.close()
        let after = try DisclosureFile(path: path)
        #expect(try Set(after.disclosures(for: all.map(\.digest))) == Set(all[..<15]))
        #expect(try after.disclosures(for: []) == [])
    }

    @Test func `What is erased stands in no file any more`() throws {
        let store = try DisclosureFile(path: path)
        let kept = try disclosure(0)
        let erased = try (1..<50).map { try disclosure($0, secret: String(repeating: "secret ", count: $0 * 40)) }
        try store.put([kept] + erased)
        #expect(try erased.allSatisfy { try stands($0) })
        try store.erase(erased.map(\.digest))
        #expect(try store.disclosures(for: [kept.digest] + erased.map(\.digest)) == [kept])
        #expect(try !erased.contains { try stands($0) })
        let log = directory.file("private/disclosures.db-wal")
        #expect(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int == 0)
    }

    @Test func `Erasing again, or what never was, is no error`() throws {
        let store = try DisclosureFile(path: path)
        let one = try disclosure(1)
        try store.put([one])
        try store.erase([one.digest])
        try store.erase([one.digest, "nothing"])
        #expect(try store.disclosures(for: [one.digest]) == [])
    }

    @Test func `The directory and the files are private`() throws {
        let store = try DisclosureFile(path: path)
        try store.put([try disclosure(1)])
        let folder = directory.file("private")
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test func `A file that is something else is refused and left alone`() throws {
        try DisclosureFile(path: path).close()
        for damage in [
            Data("no database at all, and long enough for a header\n".utf8), Data(repeating: 0xA5, count: 8192),
        ] {
            try damage.write(to: URL(fileURLWithPath: path))
            #expect(throws: DisclosureFileError.self) { try DisclosureFile(path: path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == damage)
        }
        try FileManager.default.removeItem(atPath: path)
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        try queue.close()
        #expect(throws: DisclosureFileError.foreign) { try DisclosureFile(path: path) }
    }

    @Test func `A text that does not have its digest is not given out`() throws {
        let store = try DisclosureFile(path: path)
        let (one, two) = (try disclosure(1), try disclosure(2))
        try store.put([one])
        try store.close()
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "UPDATE disclosure SET text = ?", arguments: [Data(two.text.string.utf8)])
        }
        try queue.close()
        let again = try DisclosureFile(path: path)
        #expect(throws: DisclosureFileError.notItsDigest(one.digest.string)) {
            try again.disclosures(for: [one.digest])
        }
    }
}
