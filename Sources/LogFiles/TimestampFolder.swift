import Glibc
import LedgerEngine
import MerkleTree

/// The timestamps of a log's heads as files: `timestamps/<size>.tsr`, each an authority's whole answer as it came.
///
/// A file is there whole and durable, or not at all, and stays: of two answers for one head the earlier says more. Only
/// one that was found to be bad is replaced. Nothing of the log depends on them. Safe from any thread; one process at a time adds.
public struct TimestampFolder: HeadTimestamps {
    private let directory: String
    private let path: String
    private let system: any FileSystem

    static let suffix = ".tsr"

    /// - Parameter directory: the data directory.
    public init(_ directory: String, in system: any FileSystem = DiskFileSystem()) {
        self.directory = directory
        path = "\(directory)/timestamps"
        self.system = system
    }

    public func sizes() throws -> [TreeSize] {
        do throws(FileFault) {
            return try system.list(path).compactMap { Self.size(ofFile: $0) }.sorted()
        } catch {
            guard error.code == ENOENT else { throw error }
            return []
        }
    }

    public func answer(for size: TreeSize) throws -> [UInt8]? { try system.contents(of: file(size)) }

    /// Keeps an answer. When this returns, it survives a power cut.
    ///
    /// - Parameter bad: the answer that the new one replaces, if it is still there.
    /// - Returns: false where the head has another answer already, which stays.
    @discardableResult
    public func add(_ answer: [UInt8], for size: TreeSize, replacing bad: [UInt8]? = nil) throws -> Bool {
        try system.makeDirectory(path)
        try system.flushDirectory(directory)
        let lock = try OpenFile("\(path)/.lock", for: .creating, in: system)
        guard try lock.lock() else { throw StorageError.locked("another process adds a timestamp to \(path)") }
        return try withExtendedLifetime(lock) {
            if let kept = try system.contents(of: file(size)), kept != bad {
                // Named by a process that was killed before it flushed the name, perhaps.
                try system.flushDirectory(path)
                return false
            }
            let temporary = file(size) + ".partial"
            let new = try OpenFile(temporary, for: .creating, in: system)
            try new.truncate(to: 0)
            try new.write(answer, at: 0)
            try new.flush()
            try system.rename(temporary, to: file(size))
            try system.flushDirectory(path)
            return true
        }
    }

    private func file(_ size: TreeSize) -> String { "\(path)/\(size)\(Self.suffix)" }

    private static func size(ofFile name: String) -> TreeSize? {
        name.hasSuffix(suffix) ? TreeSize(canonical: name.dropLast(suffix.utf8.count)) : nil
    }
}
