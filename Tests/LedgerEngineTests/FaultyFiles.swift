import LogFiles
import Synchronization

/// A file layer that fails where it is told to: before or after one step, for once or for good.
final class FaultyFiles: FileSystem {
    enum Manner: Hashable, Sendable, CaseIterable {
        /// The process dies before the step: nothing works any more.
        case deathBefore
        /// The process dies after the step took effect.
        case deathAfter
        /// The step fails with an error and had no effect; everything works on.
        case failure
        /// The step took effect, and fails with an error all the same.
        case failureAfterEffect
        /// Only half of what was to be written is, and the process dies.
        case tornWrite
        /// A flush fails, and the pages lie from then on; the process dies of it.
        case lyingFlush
    }

    struct Fault: Hashable, Sendable {
        /// Counts the steps that change something, from 0.
        let step: Int
        let manner: Manner
    }

    private struct State {
        var steps = 0
        var names: [String] = []
        var isDead = false
    }

    private let below: any FileSystem
    private let fault: Fault?
    /// Every write is cut short and every call interrupted once before it goes through.
    private let isFlaky: Bool
    private let state = Mutex(State())
    private let flaked = Mutex<Set<String>>([])

    init(_ below: any FileSystem, fault: Fault? = nil, isFlaky: Bool = false) {
        self.below = below
        self.fault = fault
        self.isFlaky = isFlaky
    }

    /// How many steps were taken that change something.
    var steps: Int { state.withLock { $0.steps } }
    /// What they were.
    var names: [String] { state.withLock { $0.names } }

    private func step<Value>(
        _ name: String, half: (() throws(FileFault) -> Void)? = nil, _ body: () throws(FileFault) -> Value
    ) throws(FileFault) -> Value {
        let (number, isDead) = state.withLock { state in
            defer {
                state.steps += 1
                state.names.append(name)
            }
            return (state.steps, state.isDead)
        }
        let broken = FileFault(operation: name, path: "", code: 5, message: "Input/output error (injected)")
        if isDead { throw broken }
        guard let fault, fault.step == number else { return try body() }
        switch fault.manner {
        case .deathBefore:
            state.withLock { $0.isDead = true }
        case .deathAfter:
            _ = try body()
            state.withLock { $0.isDead = true }
        case .failure:
            break
        case .failureAfterEffect:
            _ = try body()
        case .tornWrite:
            try half?()
            state.withLock { $0.isDead = true }
        case .lyingFlush:
            // Without a flush at this step, it is a death like any other.
            try half?()
            state.withLock { $0.isDead = true }
        }
        throw broken
    }

    private func flake(_ call: String) throws(FileFault) {
        guard isFlaky else { return }
        let isFirst = flaked.withLock { flaked in
            if flaked.remove(call) != nil { return false }
            flaked.insert(call)
            return true
        }
        if isFirst { throw FileFault(operation: call, path: "", code: 4, message: "Interrupted system call") }
    }

    // MARK: FileSystem

    func open(_ path: String, for use: FileUse) throws(FileFault) -> FileReference {
        try flake("open")
        guard use == .creating || use == .publishing else { return try below.open(path, for: use) }
        return try step("open") { () throws(FileFault) in try below.open(path, for: use) }
    }

    func close(_ file: FileReference) { below.close(file) }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        try flake("write")
        let part = UnsafeRawBufferPointer(rebasing: bytes.prefix((bytes.count + 1) / 2))
        if isFlaky { return try below.write(part, to: file, at: offset) }
        let half = { () throws(FileFault) in _ = try self.below.write(part, to: file, at: offset) }
        let whole = { () throws(FileFault) in try self.below.write(bytes, to: file, at: offset) }
        return try step("write", half: half, whole)
    }

    func read(
        _ bytes: UnsafeMutableRawBufferPointer, from file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        try flake("read")
        let part = isFlaky ? UnsafeMutableRawBufferPointer(rebasing: bytes.prefix((bytes.count + 1) / 2)) : bytes
        return try below.read(part, from: file, at: offset)
    }

    func length(of file: FileReference) throws(FileFault) -> UInt64 { try below.length(of: file) }

    func flush(_ file: FileReference) throws(FileFault) {
        let lie = { () throws(FileFault) in if let disk = self.below as? SimulatedDisk { disk.failFlush(file) } }
        let flush = { () throws(FileFault) in try self.below.flush(file) }
        try step("flush", half: lie, flush)
    }

    func truncate(_ file: FileReference, to length: UInt64) throws(FileFault) {
        try step("truncate") { () throws(FileFault) in try below.truncate(file, to: length) }
    }

    func preallocate(_ file: FileReference, _ range: Range<UInt64>) throws(FileFault) {
        try step("preallocate") { () throws(FileFault) in try below.preallocate(file, range) }
    }

    func letGo(_ file: FileReference) { below.letGo(file) }

    func lock(_ file: FileReference) throws(FileFault) -> Bool { try below.lock(file) }

    func makeDirectory(_ path: String) throws(FileFault) { try below.makeDirectory(path) }

    func makePublicDirectory(_ path: String) throws(FileFault) { try below.makePublicDirectory(path) }

    func flushAll(beside file: FileReference) throws(FileFault) {
        try step("flush all") { () throws(FileFault) in try below.flushAll(beside: file) }
    }

    func flushDirectory(_ path: String) throws(FileFault) {
        try step("flush directory") { () throws(FileFault) in try below.flushDirectory(path) }
    }

    func rename(_ path: String, to target: String) throws(FileFault) {
        try step("rename") { () throws(FileFault) in try below.rename(path, to: target) }
    }

    func remove(_ path: String) throws(FileFault) {
        try step("remove") { () throws(FileFault) in try below.remove(path) }
    }

    func list(_ path: String) throws(FileFault) -> [String] { try below.list(path) }
}
