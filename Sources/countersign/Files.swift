import Foundation

/// The files that commands read and write for people: whole, private to their owner, never half-written.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure.usage("cannot read \(path): \(reason(error))")
        }
    }

    /// The first line of a file that holds a secret.
    static func readSecret(_ path: String) throws -> String {
        let line = try read(path).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw CommandFailure.usage("\(path) holds no token: its first line must be what `token create` printed")
        }
        return text
    }

    /// Writes beside the target, flushes and renames, so that the file is there whole or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).\(getpid()).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure.failed("cannot write \(path): \(errorText())") }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw abandon(descriptor, temporary, path) }
            written += count
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw abandon(descriptor, temporary, path) }
        close(descriptor)
    }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure.failed("cannot make the folder \(path): \(reason(error))")
        }
    }

    private static func abandon(_ descriptor: Int32, _ temporary: String, _ path: String) -> CommandFailure {
        let failure = CommandFailure.failed("cannot write \(path): \(errorText())")
        close(descriptor)
        unlink(temporary)
        return failure
    }

    private static func errorText() -> String { String(cString: strerror(errno)) }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying?.code, underlying?.domain == NSPOSIXErrorDomain else {
            return error.localizedDescription
        }
        return String(cString: strerror(Int32(code)))
    }
}
