import Glibc

/// What people and programs read.
enum Terminal {
    static func say(_ line: String) { write(line + "\n", to: 1) }

    static func complain(_ line: String) { write(line + "\n", to: 2) }

    /// Tells on a terminal what is being measured; the next such line, or `clear`, takes its place.
    static func progress(_ line: String) {
        if isatty(2) == 1 { write("\r\u{1B}[K\(line)", to: 2) }
    }

    static func clear() { progress("") }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }
}
