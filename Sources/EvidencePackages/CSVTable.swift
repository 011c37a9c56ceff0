/// A table for spreadsheets: UTF-8 with a byte order mark, CRLF, one header row (RFC 4180).
///
/// Spreadsheets run what looks like a formula and round what looks like a number, and agents write the strings that
/// end up here. So a text that begins like a formula, or could be read as a number or a date, gets an apostrophe.
struct CSVTable {
    enum Cell {
        /// Somebody's words.
        case text(String)
        /// A count or an index: digits of our own making.
        case number(UInt64)
    }

    let header: [String]
    private(set) var rows: [[Cell]] = []

    init(header: [String]) {
        self.header = header
    }

    mutating func add(_ row: [Cell]) {
        rows.append(row)
    }

    var bytes: [UInt8] {
        var text = "\u{FEFF}" + header.map(Self.quoted).joined(separator: ",") + "\r\n"
        for row in rows {
            text += row.map(Self.field).joined(separator: ",") + "\r\n"
        }
        return Array(text.utf8)
    }

    private static func field(_ cell: Cell) -> String {
        switch cell {
        case .number(let value): "\(value)"
        case .text(let text): quoted(isDangerous(text) ? "'" + text : text)
        }
    }

    /// Compared by scalars: to `Character` a CRLF is one thing and a combining mark hides the `=` before it.
    private static func isDangerous(_ text: String) -> Bool {
        let body = text.unicodeScalars.drop { $0 == " " || $0 == "\u{A0}" || $0 == "\"" }
        guard let first = body.first else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "'", "|", "＝", "＋", "－", "＠": return true
        case "0"..."9", ".", ",":
            return body.allSatisfy { scalar in
                switch scalar {
                case "0"..."9", ".", ",", "e", "E", "+", "-", "/", ":", " ", "%": true
                default: false
                }
            }
        default: return false
        }
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
        guard needsQuotes else { return text }
        var inner = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\"" { inner.append("\"") }
            inner.append(scalar)
        }
        return "\"\(String(inner))\""
    }
}
