/// The calls that the store makes to the operating system, and no others.
///
/// Each function is one system call with its bare manners: a write may be short, a call may be interrupted.
/// What makes them whole stands above (`OpenFile`), so that tests can run the same store over a layer that
/// fails at any step, or over a simulated disk that loses what was not flushed. Safe from any thread.
public protocol FileSystem: Sendable {
    func open(_ path: String, for use: FileUse) throws(FileFault) -> FileReference
    func close(_ file: FileReference)
    /// Writes some of `bytes` at `offset` and says how many.
    func write(_ bytes: UnsafeRawBufferPointer, to file: FileReference, at offset: UInt64) throws(FileFault) -> Int
    /// Reads some bytes from `offset` and says how many; 0 at the end of the file.
    func read(
        _ bytes: UnsafeMutableRawBufferPointer, from file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int
    func length(of file: FileReference) throws(FileFault) -> UInt64
    /// When this returns, the file's bytes and length survive a power cut; not yet its name (`flushDirectory`).
    func flush(_ file: FileReference) throws(FileFault)
    func truncate(_ file: FileReference, to length: UInt64) throws(FileFault)
    /// Reserves room and makes the file at least as long as the range's end; new bytes read as zeros.
    func preallocate(_ file: FileReference, _ range: Range<UInt64>) throws(FileFault)
    /// Says that the system need not keep in memory what of the file is flushed. A hint: nothing depends on it.
    func letGo(_ file: FileReference)
    /// Takes the exclusive lock that ends with the file's closing, or returns false where somebody has it.
    func lock(_ file: FileReference) throws(FileFault) -> Bool
    /// Makes a directory for its owner alone. One that is there is no error.
    func makeDirectory(_ path: String) throws(FileFault)
    /// Makes a directory for everybody whom the process's umask lets in. One that is there is no error.
    func makePublicDirectory(_ path: String) throws(FileFault)
    /// When this returns, the names in the directory survive a power cut.
    func flushDirectory(_ path: String) throws(FileFault)
    /// When this returns, every file and name that was written before on the file system of `file` survives a power
    /// cut: a flush for very many files. Fails where one of them could not be written since `file` was opened.
    func flushAll(beside file: FileReference) throws(FileFault)
    func rename(_ path: String, to target: String) throws(FileFault)
    /// Removes a file, or a directory that is empty.
    func remove(_ path: String) throws(FileFault)
    /// The names in a directory, sorted.
    func list(_ path: String) throws(FileFault) -> [String]
}

/// An open file of a `FileSystem`.
public struct FileReference: Hashable, Sendable {
    public let number: Int32

    public init(_ number: Int32) {
        self.number = number
    }
}

/// What a file is opened for.
public enum FileUse: Hashable, Sendable {
    case reading
    /// Reading and writing a file that is there.
    case writing
    /// Reading and writing, made first where it is missing; private to its owner.
    case creating
    /// The same, readable by everybody whom the process's umask lets in.
    case publishing
}

/// A system call that failed.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let operation: String
    public let path: String
    /// The value of `errno`; 0 where the fault is the caller's own finding (a file that ends too early).
    public let code: Int32
    public let message: String

    public init(operation: String, path: String, code: Int32, message: String) {
        self.operation = operation
        self.path = path
        self.code = code
        self.message = message
    }

    public var description: String { "\(operation) \(path): \(message)" }
}
