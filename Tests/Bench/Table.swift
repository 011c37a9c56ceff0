/// Rows of one group as people read them: a column for each figure, the unit in its head.
struct Table: CustomStringConvertible {
    let group: RowGroup
    let rows: [Row]

    var description: String {
        let names = rows.flatMap(\.figures).reduce(into: [Figure]()) { all, figure in
            if !all.contains(where: { $0.name == figure.name }) { all.append(figure) }
        }
        let heads =
            [""] + names.map { $0.unit == .count ? $0.name : "\($0.name) \($0.unit.rawValue)" } + [
                "steal %", "others %",
            ]
        let body = rows.map { row in
            ["  " + row.title]
                + names.map { name in
                    row.figures.first { $0.name == name.name }.map { Self.number($0.value) } ?? ""
                } + [Self.mark(row.noise.steal), Self.mark(row.noise.others)]
        }
        let lines = [heads] + body
        let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let text = lines.map { line in
            line.enumerated().map { column, cell in Self.pad(cell, to: widths[column], left: column == 0) }
                .joined(separator: "  ")
        }
        return ([group.title] + text + rows.flatMap(Self.remarks))
            .map(Self.withoutTrailingSpace).joined(separator: "\n")
    }

    private static func remarks(_ row: Row) -> [String] {
        row.notes.map { "  \(row.title): \($0)" }
            + row.unexpected.sorted { $0.key < $1.key }
            .map { "  \(row.title): UNEXPECTED: \($0.key) (\($0.value) times)" }
    }

    private static func mark(_ share: Double) -> String {
        number(share * 100) + (share > Noise.tolerable ? " !" : "  ")
    }

    private static func pad(_ text: String, to width: Int, left: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? text + space : space + text
    }

    private static func withoutTrailingSpace(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Three digits or more: `0.12`, `3.45`, `67.8`, `901`, `23,456`.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        let decimals = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
        let scale = [1.0, 10, 100][decimals]
        let scaled = Int64((abs(value) * scale).rounded())
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int64(scale))
        var digits = String(whole)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        let fraction = String(rest)
        let padded = String(repeating: "0", count: decimals - (decimals > 0 ? fraction.count : 0)) + fraction
        return (value < 0 && scaled != 0 ? "-" : "") + digits + (decimals > 0 ? "." + padded : "")
    }
}
