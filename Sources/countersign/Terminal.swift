import Foundation

/// What people see while a command runs. Standard output belongs to results; everything here goes to standard error.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// A line that is rewritten while long work goes on: shown on a terminal, silent in a pipe.
struct ProgressLine {
    private let label: String
    private let total: Int?
    private var lastShown = ContinuousClock.now - .seconds(1)

    init(_ label: String, of total: Int? = nil) {
        self.label = label
        self.total = total
    }

    mutating func show(_ done: Int) {
        guard Terminal.isInteractive, ContinuousClock.now - lastShown > .milliseconds(100) else { return }
        lastShown = .now
        let count = total.map { "\(done) of \($0)" } ?? "\(done)"
        FileHandle.standardError.write(Data("\r\(label): \(count)\u{1B}[K".utf8))
    }

    func finish() {
        guard Terminal.isInteractive else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
