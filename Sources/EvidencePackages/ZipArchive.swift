/// A ZIP archive of stored members, in one form: the same members give the same bytes.
///
/// No compression (a reader needs none of its traps, and the manifests' digests are of what lies in the file), no dates,
/// no extra fields, no comments, no directories, no ZIP64: an archive below 4 GiB.
public struct ZipArchive: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public let path: String
        public let bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            (self.path, self.bytes) = (path, bytes)
        }
    }

    public let members: [Member]

    /// Why bytes are not such an archive, or members cannot be put into one.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case notAnArchive
        case dataAfterEnd
        case dataBetween(offset: Int)
        case badPath(String)
        case duplicate(String)
        case compressed(String)
        case unsupported(String)
        case mismatch(String, what: String)
        case tooLarge

        public var description: String {
            switch self {
            case .notAnArchive: "not a ZIP archive, or cut short"
            case .dataAfterEnd: "bytes follow the end of the archive"
            case .dataBetween(let offset): "bytes at offset \(offset) belong to no member"
            case .badPath(let path): "the member's path is not allowed: \(path)"
            case .duplicate(let path): "two members have the path \(path)"
            case .compressed(let path): "\(path) is compressed; a package holds stored members"
            case .unsupported(let path): "\(path) uses a feature that a package has no need of"
            case .mismatch(let path, let what):
                "\(path): \(what) differs between its header, the directory and its bytes"
            case .tooLarge: "the archive would be 4 GiB or more"
            }
        }
    }

    public init(members: [Member]) throws(Failure) {
        var seen: Set<[UInt8]> = []
        for member in members {
            guard Self.isSafe(member.path) else { throw .badPath(member.path) }
            guard seen.insert(Array(member.path.utf8)).inserted else { throw .duplicate(member.path) }
        }
        self.members = members
    }

    /// Relative paths of plain segments. Anything else could leave the folder that a reader unpacks into, or mean
    /// two things on two systems.
    static func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= 255 else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}

// MARK: - Coding

/// What local header and central directory say of a member.
private struct MemberRecord {
    static let localSignature: UInt32 = 0x0403_4B50
    static let centralSignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    /// 1980-01-01, the first day that the format can name.
    static let date: UInt16 = 0x0021

    let path: [UInt8]
    let checksum: UInt32
    let size: UInt32
    let offset: UInt32

    private func shared(into bytes: inout [UInt8]) {
        bytes.append(little: UInt16(10))  // version needed: 1.0
        bytes.append(little: UInt16(0))  // flags
        bytes.append(little: UInt16(0))  // method: stored
        bytes.append(little: UInt16(0))  // time
        bytes.append(little: Self.date)
        bytes.append(little: checksum)
        bytes.append(little: size)  // compressed
        bytes.append(little: size)
        bytes.append(little: UInt16(path.count))
        bytes.append(little: UInt16(0))  // extra
    }

    func local() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: Self.localSignature)
        shared(into: &bytes)
        return bytes + path
    }

    func central() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: Self.centralSignature)
        bytes.append(little: UInt16(0x031E))  // made on Unix, by version 3.0
        shared(into: &bytes)
        bytes.append(little: UInt16(0))  // comment
        bytes.append(little: UInt16(0))  // disk
        bytes.append(little: UInt16(0))  // internal attributes
        bytes.append(little: UInt32(0o100644) << 16)
        bytes.append(little: offset)
        return bytes + path
    }

    static func end(count: Int, directorySize: Int, directoryOffset: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: endSignature)
        bytes.append(little: UInt32(0))  // disks
        bytes.append(little: UInt16(count))
        bytes.append(little: UInt16(count))
        bytes.append(little: UInt32(directorySize))
        bytes.append(little: UInt32(directoryOffset))
        bytes.append(little: UInt16(0))  // comment
        return bytes
    }
}

extension ZipArchive {
    /// The archive's bytes.
    public func formatted() throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(try length())
        forEachPiece { bytes += $0 }
        return bytes
    }

    /// Hands the same bytes on, a header or a member at a time.
    public func write(_ write: ([UInt8]) throws -> Void) throws {
        _ = try length()
        try forEachPiece(write)
    }

    private func length() throws(Failure) -> Int {
        let total = members.reduce(22) { $0 + $1.bytes.count + 2 * $1.path.utf8.count + 76 }
        guard total < Int(UInt32.max), members.count < Int(UInt16.max) else { throw .tooLarge }
        return total
    }

    /// - Precondition: `length()` did not throw, so that every number has its place.
    private func forEachPiece(_ body: ([UInt8]) throws -> Void) rethrows {
        var directory: [UInt8] = []
        var offset = 0
        for member in members {
            let record = MemberRecord(
                path: Array(member.path.utf8), checksum: CRC32.checksum(member.bytes), size: UInt32(member.bytes.count),
                offset: UInt32(offset))
            let local = record.local()
            try body(local)
            try body(member.bytes)
            offset += local.count + member.bytes.count
            directory += record.central()
        }
        try body(directory)
        try body(MemberRecord.end(count: members.count, directorySize: directory.count, directoryOffset: offset))
    }

    /// Reads an archive and refuses whatever this coding would not have written: first what can be named, then by
    /// writing the members again and comparing every byte.
    public init(parsing bytes: [UInt8]) throws(Failure) {
        let directory = try Self.directory(of: bytes)
        var members: [Member] = []
        var position = 0
        for entry in directory.entries {
            guard entry.offset == position else { throw .dataBetween(offset: position) }
            let member = try Self.member(entry, in: bytes)
            position += 30 + entry.path.utf8.count + member.bytes.count
            members.append(member)
        }
        guard position == directory.offset else { throw .dataBetween(offset: position) }
        try self.init(members: members)
        guard try formatted() == bytes else { throw .mismatch("an attribute", what: "the form") }
    }

    private struct DirectoryEntry {
        let path: String
        let checksum: UInt32
        let size: Int
        let offset: Int
    }

    private static func directory(of bytes: [UInt8]) throws(Failure) -> (entries: [DirectoryEntry], offset: Int) {
        let end = bytes.count - 22
        guard end >= 0 else { throw .notAnArchive }
        guard bytes.little32(end) == MemberRecord.endSignature else {
            // An end record further up: something was appended, or it carries a comment.
            let isBefore = (max(0, end - 65_535)..<end).contains { bytes.little32($0) == MemberRecord.endSignature }
            throw isBefore ? .dataAfterEnd : .notAnArchive
        }
        let count = Int(bytes.little16(end + 10))
        let (size, offset) = (Int(bytes.little32(end + 12)), Int(bytes.little32(end + 16)))
        guard bytes.little16(end + 20) == 0, offset + size == end else { throw .dataAfterEnd }
        var entries: [DirectoryEntry] = []
        var position = offset
        for _ in 0..<count {
            guard position + 46 <= end, bytes.little32(position) == MemberRecord.centralSignature else {
                throw .notAnArchive
            }
            let length = Int(bytes.little16(position + 28))
            guard position + 46 + length <= end else { throw .notAnArchive }
            let path = String(decoding: bytes[position + 46..<position + 46 + length], as: UTF8.self)
            guard isSafe(path) else { throw .badPath(path) }
            guard bytes.little16(position + 10) == 0 else { throw .compressed(path) }
            guard bytes.little16(position + 8) == 0, bytes.little16(position + 30) == 0,
                bytes.little16(position + 32) == 0
            else { throw .unsupported(path) }
            guard bytes.little32(position + 20) == bytes.little32(position + 24) else {
                throw .mismatch(path, what: "the size")
            }
            entries.append(
                DirectoryEntry(
                    path: path, checksum: bytes.little32(position + 16), size: Int(bytes.little32(position + 24)),
                    offset: Int(bytes.little32(position + 42))))
            position += 46 + length
        }
        guard position == end else { throw .dataBetween(offset: position) }
        return (entries, offset)
    }

    private static func member(_ entry: DirectoryEntry, in bytes: [UInt8]) throws(Failure) -> Member {
        let (path, start) = (entry.path, entry.offset)
        let content = start + 30 + path.utf8.count
        guard content + entry.size <= bytes.count, bytes.little32(start) == MemberRecord.localSignature else {
            throw .notAnArchive
        }
        guard bytes.little16(start + 8) == 0 else { throw .compressed(path) }
        guard bytes.little16(start + 6) == 0, bytes.little16(start + 28) == 0 else { throw .unsupported(path) }
        guard Int(bytes.little16(start + 26)) == path.utf8.count,
            bytes[start + 30..<content].elementsEqual(path.utf8)
        else { throw .mismatch(path, what: "the path") }
        guard Int(bytes.little32(start + 18)) == entry.size, Int(bytes.little32(start + 22)) == entry.size else {
            throw .mismatch(path, what: "the size")
        }
        let data = Array(bytes[content..<content + entry.size])
        guard bytes.little32(start + 14) == entry.checksum, CRC32.checksum(data) == entry.checksum else {
            throw .mismatch(path, what: "the checksum")
        }
        return Member(path: path, bytes: data)
    }
}

extension [UInt8] {
    fileprivate mutating func append<T: FixedWidthInteger>(little value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    fileprivate func little16(_ offset: Int) -> UInt16 {
        UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }

    fileprivate func little32(_ offset: Int) -> UInt32 {
        UInt32(little16(offset)) | UInt32(little16(offset + 2)) << 16
    }
}
