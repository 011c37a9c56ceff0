import Glibc

/// Cuts a stream of bytes into lines without ever holding more than one line's limit.
///
/// A line ends at LF; one CR before it is put aside; the last line may end without LF. A line over
/// the limit is reported once, and its bytes are thrown away as they come.
struct LineSplitter {
    enum Line: Hashable {
        case text([UInt8])
        case tooLong
    }

    let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next bytes and gives `body` each line that they complete.
    mutating func feed(_ chunk: UnsafeRawBufferPointer, _ body: (Line) throws -> Void) rethrows {
        var start = 0
        while start < chunk.count, let base = chunk.baseAddress {
            guard let found = memchr(base + start, 0x0A, chunk.count - start) else { break }
            let end = UnsafeRawPointer(found) - base
            let line = UnsafeRawBufferPointer(rebasing: chunk[start..<end])
            start = end + 1
            if pending.isEmpty, !isSkipping {
                try body(line.count > limit + 1 ? .tooLong : ended([UInt8](line)))
            } else {
                take(line)
                try body(complete())
            }
        }
        take(UnsafeRawBufferPointer(rebasing: chunk[start...]))
    }

    /// The last line, if bytes stand after the last LF.
    mutating func finish() -> Line? {
        pending.isEmpty && !isSkipping ? nil : complete()
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) {
        guard !isSkipping else { return }
        // One more than the limit, for the CR that does not count.
        if pending.count + bytes.count > limit + 1 {
            isSkipping = true
            pending = []
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    private mutating func complete() -> Line {
        defer {
            pending.removeAll(keepingCapacity: true)
            isSkipping = false
        }
        return isSkipping ? .tooLong : ended(pending)
    }

    private func ended(_ line: [UInt8]) -> Line {
        var line = line
        if line.last == 0x0D { line.removeLast() }
        return line.count > limit ? .tooLong : .text(line)
    }
}
