import CLinux
import Glibc

/// The real files, through the C library. Files are made 0600, directories 0700; those that are for the public 0666 and
/// 0777, less the umask.
public struct DiskFileSystem: FileSystem {
    public init() {}

    public func open(_ path: String, for use: FileUse) throws(FileFault) -> FileReference {
        let flags: Int32 =
            switch use {
            case .reading: O_RDONLY
            case .writing: O_RDWR
            case .creating, .publishing: O_RDWR | O_CREAT
            }
        let mode: mode_t = use == .publishing ? 0o666 : 0o600
        let number = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        guard number >= 0 else { throw fault("open", path) }
        return FileReference(number)
    }

    public func close(_ file: FileReference) {
        _ = Glibc.close(file.number)
    }

    public func write(
        _ bytes: UnsafeRawBufferPointer, to file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        let written = pwrite(file.number, bytes.baseAddress, bytes.count, off_t(offset))
        guard written >= 0 else { throw fault("write", name(file)) }
        return written
    }

    public func read(
        _ bytes: UnsafeMutableRawBufferPointer, from file: FileReference, at offset: UInt64
    ) throws(FileFault) -> Int {
        let got = pread(file.number, bytes.baseAddress, bytes.count, off_t(offset))
        guard got >= 0 else { throw fault("read", name(file)) }
        return got
    }

    public func length(of file: FileReference) throws(FileFault) -> UInt64 {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw fault("stat", name(file)) }
        return UInt64(status.st_size)
    }

    public func flush(_ file: FileReference) throws(FileFault) {
        guard fdatasync(file.number) == 0 else { throw fault("flush", name(file)) }
    }

    public func truncate(_ file: FileReference, to length: UInt64) throws(FileFault) {
        guard ftruncate(file.number, off_t(length)) == 0 else { throw fault("truncate", name(file)) }
    }

    public func preallocate(_ file: FileReference, _ range: Range<UInt64>) throws(FileFault) {
        let code = posix_fallocate(file.number, off_t(range.lowerBound), off_t(range.count))
        guard code == 0 else { throw fault("preallocate", name(file), code: code) }
    }

    public func letGo(_ file: FileReference) {
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
    }

    public func lock(_ file: FileReference) throws(FileFault) -> Bool {
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw fault("lock", name(file)) }
        return false
    }

    public func makeDirectory(_ path: String) throws(FileFault) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw fault("make directory", path) }
    }

    public func makePublicDirectory(_ path: String) throws(FileFault) {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw fault("make directory", path) }
    }

    public func flushDirectory(_ path: String) throws(FileFault) {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw fault("open directory", path) }
        defer { _ = Glibc.close(number) }
        guard fsync(number) == 0 else { throw fault("flush directory", path) }
    }

    public func flushAll(beside file: FileReference) throws(FileFault) {
        // Reports what failed since the file was opened (Linux 5.8).
        guard syncfs(file.number) == 0 else { throw fault("flush all", name(file)) }
    }

    public func rename(_ path: String, to target: String) throws(FileFault) {
        guard Glibc.rename(path, target) == 0 else { throw fault("rename", path) }
    }

    public func remove(_ path: String) throws(FileFault) {
        guard Glibc.remove(path) == 0 else { throw fault("remove", path) }
    }

    public func list(_ path: String) throws(FileFault) -> [String] {
        guard let directory = opendir(path) else { throw fault("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func name(_ file: FileReference) -> String { "file \(file.number)" }

    private func fault(_ operation: String, _ path: String, code: Int32 = errno) -> FileFault {
        FileFault(operation: operation, path: path, code: code, message: String(cString: strerror(code)))
    }
}
