import Glibc

/// What a person or a program reads.
enum Terminal {
    static func say(_ line: String) {
        write(line, to: 1)
    }

    static func complain(_ line: String) {
        write(line, to: 2)
    }

    static func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func write(_ line: String, to descriptor: Int32) {
        let bytes = Array(line.utf8) + [0x0A]
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// A text from a file, safe to print: an event could hold sequences that move the cursor or hide a line.
    static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                result.append(contentsOf: "<U+\(String(scalar.value, radix: 16, uppercase: true))>".unicodeScalars)
            default:
                result.append(scalar)
            }
        }
        return String(result)
    }
}

/// A line that tells how far long work is: on a terminal only, at most ten times a second, gone at the end.
struct Progress {
    private let isShown = isatty(2) == 1
    private let what: String
    private var last: Int = 0
    private var wasShown = false

    init(_ what: String) {
        self.what = what
    }

    mutating func tell(_ done: UInt64, of total: UInt64) {
        guard isShown else { return }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let tenths = now.tv_sec * 10 + now.tv_nsec / 100_000_000
        guard tenths != last else { return }
        last = tenths
        wasShown = true
        put("\r\(what): \(done) of \(total) (\(total == 0 ? 100 : done * 100 / total) %)")
    }

    func end() {
        if wasShown { put("\r\u{1B}[K") }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
