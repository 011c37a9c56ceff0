import Glibc

/// A file that closes itself when nobody uses it any more: a reader may go on while the store lets go of it.
///
/// Makes whole what the system calls leave to their caller: short writes go on, interrupted ones are repeated.
/// A flush is never repeated: after one that failed, the pages in the cache may lie.
final class OpenFile: Sendable {
    let path: String
    private let system: any FileSystem
    private let reference: FileReference

    init(_ path: String, for use: FileUse, in system: any FileSystem) throws(FileFault) {
        self.path = path
        self.system = system
        reference = try Self.uninterrupted { () throws(FileFault) in try system.open(path, for: use) }
    }

    deinit {
        system.close(reference)
    }

    func write(_ bytes: [UInt8], at offset: UInt64) throws(FileFault) {
        try write(bytes[...], at: offset)
    }

    func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(FileFault) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.dropFirst(done)
            let position = offset + UInt64(done)
            let written = try named { () throws(FileFault) in
                try rest.withUnsafeBytes { buffer in
                    Result { () throws(FileFault) in try system.write(buffer, to: reference, at: position) }
                }.get()
            }
            guard written > 0 else { throw fault("write", "nothing was written") }
            done += written
        }
    }

    /// Exactly `count` bytes; a file that ends before is a fault that says where.
    func read(_ count: Int, at offset: UInt64) throws(FileFault) -> [UInt8] {
        let bytes = try readUpTo(count, at: offset)
        guard bytes.count == count else {
            throw fault("read", "ends at \(offset + UInt64(bytes.count)), before \(offset + UInt64(count))")
        }
        return bytes
    }

    /// At most `count` bytes; fewer only at the end of the file.
    func readUpTo(_ count: Int, at offset: UInt64) throws(FileFault) -> [UInt8] {
        var outcome = Result<Int, FileFault>.success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            outcome = Result { () throws(FileFault) in try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            }
            filled = (try? outcome.get()) ?? 0
        }
        _ = try outcome.get()
        return bytes
    }

    /// Fills `buffer`, and returns how many bytes there were: fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileFault) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let position = offset + UInt64(done)
            let got = try named { () throws(FileFault) in try system.read(rest, from: reference, at: position) }
            guard got > 0 else { break }
            done += got
        }
        return done
    }

    func length() throws(FileFault) -> UInt64 {
        try named { () throws(FileFault) in try system.length(of: reference) }
    }

    func flush() throws(FileFault) {
        do { try system.flush(reference) } catch { throw renamed(error) }
    }

    /// Flushes everything on the file's file system.
    func flushAll() throws(FileFault) {
        do { try system.flushAll(beside: reference) } catch { throw renamed(error) }
    }

    func truncate(to length: UInt64) throws(FileFault) {
        try named { () throws(FileFault) in try system.truncate(reference, to: length) }
    }

    func preallocate(_ range: Range<UInt64>) throws(FileFault) {
        try named { () throws(FileFault) in try system.preallocate(reference, range) }
    }

    func letGo() { system.letGo(reference) }

    func lock() throws(FileFault) -> Bool {
        try named { () throws(FileFault) in try system.lock(reference) }
    }

    // MARK: Faults

    private func fault(_ operation: String, _ message: String) -> FileFault {
        FileFault(operation: operation, path: path, code: 0, message: message)
    }

    private func renamed(_ fault: FileFault) -> FileFault {
        FileFault(operation: fault.operation, path: path, code: fault.code, message: fault.message)
    }

    private func named<Value>(_ call: () throws(FileFault) -> Value) throws(FileFault) -> Value {
        do {
            return try Self.uninterrupted(call)
        } catch {
            throw renamed(error)
        }
    }

    private static func uninterrupted<Value>(_ call: () throws(FileFault) -> Value) throws(FileFault) -> Value {
        while true {
            do {
                return try call()
            } catch  where error.code == EINTR {
                continue
            }
        }
    }
}
