import Foundation
import LedgerCrypto

/// What makes a row of marks tell that it was changed: SQLite does not check its pages, and a filter with a bit missing
/// would hide an event that the log has.
///
/// Eight bytes of SHA-256 over the row's table, its keys and its bytes stand behind the bytes. They find damage; they are
/// no proof against somebody who can write the file.
enum MarkSum {
    enum Table: UInt8 {
        case block = 1
        case filter = 2
        case tail = 3
    }

    private static let byteCount = 8

    /// The bytes with their sum.
    static func seal(_ bytes: [UInt8], _ table: Table, _ first: Int64, _ second: Int64 = 0) -> Data {
        Data(bytes + sum(bytes, table, first, second))
    }

    /// The bytes without their sum; nil if it is not theirs.
    static func open(_ sealed: some Collection<UInt8>, _ table: Table, _ first: Int64, _ second: Int64 = 0) -> [UInt8]?
    {
        guard sealed.count >= byteCount else { return nil }
        let bytes = Array(sealed.dropLast(byteCount))
        return sealed.suffix(byteCount).elementsEqual(sum(bytes, table, first, second)) ? bytes : nil
    }

    private static func sum(_ bytes: [UInt8], _ table: Table, _ first: Int64, _ second: Int64) -> [UInt8] {
        var hash = SHA256()
        hash.update([table.rawValue])
        withUnsafeBytes(of: first.bigEndian) { hash.update($0) }
        withUnsafeBytes(of: second.bigEndian) { hash.update($0) }
        hash.update(bytes)
        return Array(hash.finalize().bytes.prefix(byteCount))
    }
}
