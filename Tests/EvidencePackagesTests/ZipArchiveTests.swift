import EvidencePackages
import Testing

@Suite("An archive") struct ZipArchiveTests {
    typealias Member = ZipArchive.Member

    let bytes: [UInt8]

    init() throws {
        bytes = try ZipArchive(members: [
            Member(path: "bag/a.txt", bytes: Array("hello".utf8)), Member(path: "bag/data/b", bytes: []),
            Member(path: "bag/data/c", bytes: Array(repeating: 0, count: 300)),
        ]).formatted()
    }

    @Test("is read back") func roundTrip() throws {
        let archive = try ZipArchive(parsing: bytes)
        #expect(archive.members.map(\.path) == ["bag/a.txt", "bag/data/b", "bag/data/c"])
        #expect(try archive.formatted() == bytes)
        var pieces: [UInt8] = []
        try archive.write { pieces += $0 }
        #expect(pieces == bytes)
        #expect(try ZipArchive(parsing: ZipArchive(members: []).formatted()).members.isEmpty)
    }

    @Test("with any bit changed, cut short or lengthened is refused") func tampered() {
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << UInt8(bit)
                let other = try? ZipArchive(parsing: changed)
                // A changed name is still an archive, of another name; nothing else gets through.
                #expect(other == nil, "byte \(position) bit \(bit)")
            }
            #expect(throws: ZipArchive.Failure.self) { try ZipArchive(parsing: Array(bytes[..<position])) }
        }
        #expect(throws: ZipArchive.Failure.dataAfterEnd) { try ZipArchive(parsing: bytes + [0]) }
        #expect(throws: ZipArchive.Failure.self) { try ZipArchive(parsing: [0] + bytes) }
    }

    @Test(
        "takes no path that leaves its folder or means two things",
        arguments: [
            "../a", "/a", "a/../b", "a//b", "a/", ".", "a/.", "..", "", "a\\b", "C:a", "a b", "a\u{301}", "ä", "a\0b",
            "a\nb",
        ])
    func paths(path: String) {
        #expect(throws: ZipArchive.Failure.badPath(path)) { try ZipArchive(members: [Member(path: path, bytes: [])]) }
        // The same in a file that somebody else wrote: put over a good name of the same length.
        let name = Array(path.utf8)
        guard !name.isEmpty,
            let good = try? ZipArchive(members: [Member(path: String(repeating: "x", count: name.count), bytes: [])]),
            var bytes = try? good.formatted()
        else { return }
        let first = 30
        let second = 30 + name.count + 46
        for start in [first, second] { bytes.replaceSubrange(start..<start + name.count, with: name) }
        #expect(throws: ZipArchive.Failure.self) { try ZipArchive(parsing: bytes) }
    }

    @Test("takes no path twice") func duplicates() {
        let twice = [Member(path: "a", bytes: [1]), Member(path: "a", bytes: [2])]
        #expect(throws: ZipArchive.Failure.duplicate("a")) { try ZipArchive(members: twice) }
    }

    @Test("with a compressed member says so") func compressed() {
        var changed = bytes
        let directory = (0..<changed.count - 4).filter { Array(changed[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] }
        changed[directory[0] + 10] = 8
        #expect(throws: ZipArchive.Failure.compressed("bag/a.txt")) { try ZipArchive(parsing: changed) }
    }
}
