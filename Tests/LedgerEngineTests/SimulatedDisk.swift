import LogFiles
import Synchronization
import TestMaterial

/// A disk in memory that knows what would survive a power cut: bytes by sectors of 512, lengths, and names.
///
/// Directories are simply there. What a process sees is what it wrote; what remains after `powerCut` is what was
/// flushed, and any subset of the rest.
final class SimulatedDisk: FileSystem {
    static let sector = 512

    struct Inode {
        var bytes: [UInt8] = []
        var durable: [UInt8] = []
        var dirty: Set<Int> = []
        /// A flush has failed: clean pages are not what is on the disk.
        var lies = false
    }

    struct State {
        var inodes: [Int: Inode] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var open: [Int32: (inode: Int, path: String)] = [:]
        var locks: [Int: Int32] = [:]
        var next: Int32 = 1
        /// Files that need not be kept in memory, in the order in which that was said.
        var letGo: [String] = []
        /// The byte that the next write there gets wrong.
        var bent: (path: String, offset: Int)?
        /// Bytes that may be in use in all; nil for a disk that never fills.
        var capacity: Int?

        var used: Int { names.values.reduce(0) { $0 + (inodes[$1]?.bytes.count ?? 0) } }
    }

    private let state: Mutex<State>

    init(_ state: State = State()) {
        self.state = Mutex(state)
    }

    func setCapacity(_ capacity: Int?) {
        state.withLock { $0.capacity = capacity }
    }

    /// Has the next write of a byte write another.
    func bend(_ path: String, at offset: Int) {
        state.withLock { $0.bent = (path, offset) }
    }

    var used: Int { state.withLock { $0.used } }
    var filesLetGo: [String] { state.withLock { $0.letGo } }

    /// The disk as a new process finds it after the power went: every unflushed sector, length and name has or
    /// has not reached it, as the dice fall.
    func powerCut(_ random: inout SeededRandom) -> SimulatedDisk {
        let before = state.withLock { $0 }
        var after = State()
        for name in Set(before.names.keys).union(before.durableNames.keys).sorted() {
            let (old, new) = (before.durableNames[name], before.names[name])
            guard let inode = old == new || Bool.random(using: &random) ? new : old else { continue }
            after.names[name] = inode
        }
        after.durableNames = after.names
        for number in Set(after.names.values).sorted() {
            after.inodes[number] = Self.survivor(before.inodes[number] ?? Inode(), &random)
        }
        after.next = before.next
        return SimulatedDisk(after)
    }

    /// The disk after a process was killed: nothing is lost, files and locks are closed.
    func killed() -> SimulatedDisk {
        var left = state.withLock { $0 }
        left.open = [:]
        left.locks = [:]
        return SimulatedDisk(left)
    }

    private static func survivor(_ inode: Inode, _ random: inout SeededRandom) -> Inode {
        var bytes = inode.durable
        let length =
            inode.bytes.count == bytes.count || Bool.random(using: &random) ? inode.bytes.count : bytes.count
        if bytes.count < length { bytes.append(contentsOf: [UInt8](repeating: 0, count: length - bytes.count)) }
        for sector in inode.dirty.sorted() where Bool.random(using: &random) {
            let start = sector * Self.sector
            let end = min(start + Self.sector, inode.bytes.count, length)
            guard start < end else { continue }
            bytes.replaceSubrange(start..<end, with: inode.bytes[start..<end])
        }
        bytes.removeLast(bytes.count - length)
        return Inode(bytes: bytes, durable: bytes)
    }

    /// Changes a file behind the store's back: for tests that damage one.
    func change(_ path: String, _ body: (inout [UInt8]) -> Void) {
        state.withLock { state in
            guard let number = state.names[path], var inode = state.inodes[number] else { return }
            body(&inode.bytes)
            inode.durable = inode.bytes
            state.inodes[number] = inode
        }
    }

    func bytes(_ path: String) -> [UInt8]? {
        state.withLock { state in state.names[path].flatMap { state.inodes[$0]?.bytes } }
    }

    var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    // MARK: FileSystem

    func open(_ path: String, for use: FileUse) throws(FileFault) -> FileReference {
        let number: Int32? = state.withLock { state in
            if state.names[path] == nil {
                guard use == .creating || use == .publishing else { return nil }
                let inode = Int(state.next)
                state.names[path] = inode
                state.inodes[inode] = Inode()
            }
            state.next += 1
            state.open[state.next] = (state.names[path] ?? 0, path)
            return state.next
        }
        guard let number else { throw fault("open", path, 2, "No such file or directory") }
        return FileReference(number)
    }

    func close(_ file: FileReference) {
        state.withLock { state in
            if let inode = state.open.removeValue(forKey: file.number)?.inode, state.locks[inode] == file.number {
                state.locks[inode] = nil
            }
        }
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        let written: Int? = state.withLock { state in
            let end = Int(offset) + bytes.count
            guard Self.grow(&state, file, to: end) else { return nil }
            Self.with(&state, file) { inode in
                inode.bytes.withUnsafeMutableBytes {
                    UnsafeMutableRawBufferPointer(rebasing: $0[Int(offset)..<end]).copyMemory(from: bytes)
                }
                inode.dirty.formUnion(Int(offset) / Self.sector...(max(end, 1) - 1) / Self.sector)
            }
            if let bent = state.bent, bent.path == state.open[file.number]?.path,
                (Int(offset)..<end).contains(bent.offset)
            {
                Self.with(&state, file) { $0.bytes[bent.offset] ^= 1 << (bent.offset % 8) }
                state.bent = nil
            }
            return bytes.count
        }
        guard let written else { throw fault("write", "", 28, "No space left on device") }
        return written
    }

    func read(
        _ bytes: UnsafeMutableRawBufferPointer, from file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        state.withLock { state in
            guard let inode = state.open[file.number]?.inode, let all = state.inodes[inode]?.bytes else { return 0 }
            let end = min(all.count, Int(offset) + bytes.count)
            guard Int(offset) < end else { return 0 }
            all.withUnsafeBytes { bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<end])) }
            return end - Int(offset)
        }
    }

    func length(of file: FileReference) throws(FileFault) -> UInt64 {
        state.withLock { state in
            UInt64(state.open[file.number].flatMap { state.inodes[$0.inode]?.bytes.count } ?? 0)
        }
    }

    func flush(_ file: FileReference) throws(FileFault) {
        state.withLock { state in
            Self.with(&state, file) { inode in
                if inode.lies { Self.copyDirty(&inode) } else { inode.durable = inode.bytes }
                inode.dirty = []
            }
        }
    }

    private static func copyDirty(_ inode: inout Inode) {
        let missing = inode.bytes.count - inode.durable.count
        if missing > 0 { inode.durable.append(contentsOf: [UInt8](repeating: 0, count: missing)) }
        inode.durable.removeLast(inode.durable.count - inode.bytes.count)
        for dirty in inode.dirty {
            let range = dirty * sector..<min((dirty + 1) * sector, inode.bytes.count)
            inode.durable.replaceSubrange(range, with: inode.bytes[range])
        }
    }

    /// A flush that fails as Linux does it: the pages count as clean afterwards, still show what was written, and
    /// never reach the disk unless they are written again.
    func failFlush(_ file: FileReference) {
        state.withLock { state in Self.with(&state, file) { ($0.dirty, $0.lies) = ([], true) } }
    }

    func truncate(_ file: FileReference, to length: UInt64) throws(FileFault) {
        let fits = state.withLock { state in
            guard Self.grow(&state, file, to: Int(length)) else { return false }
            Self.with(&state, file) { inode in
                inode.bytes.removeLast(inode.bytes.count - Int(length))
                inode.dirty = inode.dirty.filter { $0 * Self.sector < Int(length) }
                if Int(length) % Self.sector != 0, inode.durable.count > Int(length) {
                    inode.dirty.insert(Int(length) / Self.sector)
                }
            }
            return true
        }
        guard fits else { throw fault("truncate", "", 28, "No space left on device") }
    }

    func preallocate(_ file: FileReference, _ range: Range<UInt64>) throws(FileFault) {
        guard state.withLock({ Self.grow(&$0, file, to: Int(range.upperBound)) }) else {
            throw fault("preallocate", "", 28, "No space left on device")
        }
    }

    func letGo(_ file: FileReference) {
        state.withLock { state in
            if let path = state.open[file.number]?.path { state.letGo.append(path) }
        }
    }

    func lock(_ file: FileReference) throws(FileFault) -> Bool {
        state.withLock { state in
            guard let inode = state.open[file.number]?.inode, state.locks[inode] == nil else { return false }
            state.locks[inode] = file.number
            return true
        }
    }

    func makeDirectory(_ path: String) throws(FileFault) {}

    func makePublicDirectory(_ path: String) throws(FileFault) {}

    func flushAll(beside file: FileReference) throws(FileFault) {
        state.withLock { state in
            for number in state.inodes.keys {
                guard var inode = state.inodes[number] else { continue }
                if inode.lies { Self.copyDirty(&inode) } else { inode.durable = inode.bytes }
                inode.dirty = []
                state.inodes[number] = inode
            }
            state.durableNames = state.names
        }
    }

    func flushDirectory(_ path: String) throws(FileFault) {
        state.withLock { state in
            let inside = Set(state.names.keys).union(state.durableNames.keys).filter { Self.parent($0) == path }
            for name in inside { state.durableNames[name] = state.names[name] }
        }
    }

    func rename(_ path: String, to target: String) throws(FileFault) {
        state.withLock { $0.names[target] = $0.names.removeValue(forKey: path) }
    }

    func remove(_ path: String) throws(FileFault) {
        state.withLock { $0.names[path] = nil }
    }

    func list(_ path: String) throws(FileFault) -> [String] {
        state.withLock { state in
            // A directory is there where a file is below it.
            let below = state.names.keys.filter { $0.hasPrefix(path + "/") }
            let names = below.compactMap { $0.dropFirst(path.utf8.count + 1).split(separator: "/").first }
            return Set(names.map { String($0) }).sorted()
        }
    }

    // MARK: Pieces

    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func with(_ state: inout State, _ file: FileReference, _ body: (inout Inode) -> Void) {
        guard let number = state.open[file.number]?.inode, state.inodes[number] != nil else { return }
        body(&state.inodes[number, default: Inode()])
    }

    private static func grow(_ state: inout State, _ file: FileReference, to length: Int) -> Bool {
        guard let number = state.open[file.number]?.inode, let have = state.inodes[number]?.bytes.count else {
            return false
        }
        guard length > have else { return true }
        if let capacity = state.capacity, state.used + length - have > capacity { return false }
        state.inodes[number]?.bytes.append(contentsOf: [UInt8](repeating: 0, count: length - have))
        return true
    }

    private func fault(_ operation: String, _ path: String, _ code: Int32, _ message: String) -> FileFault {
        FileFault(operation: operation, path: path, code: code, message: message)
    }
}
