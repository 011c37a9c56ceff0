import Glibc

/// A file that could not be read: the reader's to mend, so it says which and why.
struct InputError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path): \(reason)" }

    init(_ path: String, _ reason: String) {
        (self.path, self.reason) = (path, reason)
    }

    /// The reason that the system gave last.
    init(_ path: String) {
        self.init(path, String(cString: strerror(errno)))
    }
}

/// Reading, and nothing but reading.
enum Files {
    /// Reads a file piece by piece. `-` is the standard input.
    static func stream(_ path: String, take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError(path) }
        defer { if descriptor != 0 { close(descriptor) } }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw InputError(path) }
            guard count > 0 else { return }
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// - Parameter limit: more than this is refused; nobody's receipt is a gigabyte.
    static func read(_ path: String, limit: Int = 64 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try stream(path) { piece in
            guard bytes.count + piece.count <= limit else { throw InputError(path, "larger than \(limit) bytes") }
            bytes += piece
        }
        return bytes
    }

    /// The file, or nil if there is none. It is read at its size: a log has hundreds of thousands of files.
    static func readIfPresent(_ path: String, limit: Int = 64 << 20) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw InputError(path) }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw InputError(path) }
        guard status.st_size <= limit else { throw InputError(path, "larger than \(limit) bytes") }
        // One byte more, which stays unfilled, shows that the file ended.
        return try [UInt8](unsafeUninitializedCapacity: Int(status.st_size) + 1) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw InputError(path) }
                guard got > 0 else { return }
                count += got
            }
            throw InputError(path, "it grew while it was read")
        }
    }

    static func isDirectory(_ path: String) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw InputError(path) }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// All files below a folder, by their paths there. Symbolic links are refused: they could lead anywhere.
    static func tree(_ root: String, below prefix: String = "") throws -> [String] {
        let path = prefix.isEmpty ? root : "\(root)/\(prefix)"
        guard let directory = opendir(path) else { throw InputError(path) }
        defer { closedir(directory) }
        var files: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let inner = prefix.isEmpty ? name : "\(prefix)/\(name)"
            var status = stat()
            guard lstat("\(root)/\(inner)", &status) == 0 else { throw InputError("\(root)/\(inner)") }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: files += try tree(root, below: inner)
            case S_IFREG: files.append(inner)
            default: throw InputError("\(root)/\(inner)", "neither a file nor a folder")
            }
        }
        return files.sorted()
    }
}
