// Reading and writing the digits of instants.

extension Timestamp {
    init?(bytes: UnsafeBufferPointer<UInt8>) {
        guard let (seconds, rest) = Self.dateAndTime(bytes), bytes[10] == UInt8(ascii: "T") else { return nil }
        guard let fraction = Self.fraction(bytes, from: rest) else { return nil }
        guard fraction.end == bytes.count - 1, bytes[fraction.end] == UInt8(ascii: "Z") else { return nil }
        self.init(seconds: seconds, nanoseconds: fraction.nanoseconds, fractionDigits: fraction.digits)
    }

    /// Reads any `date-time` of RFC 3339 §5.6 but leap seconds: offsets, lower-case letters, any number of digits
    /// (those beyond nanoseconds are cut). What foreign events may write.
    init?(rfc3339 text: Text) {
        let instant: Timestamp? = text.withBytes { bytes in
            guard let (local, rest) = Self.dateAndTime(bytes), bytes[10] | 0x20 == UInt8(ascii: "t") else { return nil }
            guard let fraction = Self.fraction(bytes, from: rest, anyLength: true) else { return nil }
            guard let offset = Self.offset(bytes, from: fraction.end) else { return nil }
            let seconds = local - offset
            guard Self.secondsRange.contains(seconds) else { return nil }
            return Timestamp(seconds: seconds, nanoseconds: fraction.nanoseconds, fractionDigits: fraction.digits)
        }
        guard let instant else { return nil }
        self = instant
    }

    /// `YYYY-MM-DD?hh:mm:ss` as if UTC, and where it ends.
    private static func dateAndTime(_ bytes: UnsafeBufferPointer<UInt8>) -> (seconds: Int64, end: Int)? {
        let dash = UInt8(ascii: "-")
        let colon = UInt8(ascii: ":")
        guard bytes.count >= 20, bytes[4] == dash, bytes[7] == dash, bytes[13] == colon, bytes[16] == colon,
            let century = pair(bytes, 0), let years = pair(bytes, 2), let month = pair(bytes, 5),
            let day = pair(bytes, 8), let hour = pair(bytes, 11), let minute = pair(bytes, 14),
            let second = pair(bytes, 17), hour < 24, minute < 60, second < 60, (1...12).contains(month)
        else { return nil }
        let year = century * 100 + years
        guard day >= 1, day <= length(ofMonth: month, in: year) else { return nil }
        return (daysSince1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second, 19)
    }

    /// An optional `.` and its digits from `start`; nil for a point without digits or with more than nine.
    private static func fraction(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, anyLength: Bool = false
    ) -> (nanoseconds: UInt32, digits: UInt8, end: Int)? {
        guard bytes[start] == UInt8(ascii: ".") else { return (0, 0, start) }
        var at = start + 1
        var value: UInt32 = 0
        var digits: UInt8 = 0
        while at < bytes.count, let digit = digit(bytes[at]) {
            if digits < 9 {
                value = value * 10 + UInt32(digit)
                digits += 1
            } else if !anyLength {
                return nil
            }
            at += 1
        }
        guard digits > 0, at < bytes.count else { return nil }
        for _ in digits..<9 { value *= 10 }
        return (value, digits, at)
    }

    /// `Z` or `±hh:mm` in seconds, up to the end.
    private static func offset(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
        if start == bytes.count - 1, bytes[start] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard bytes.count - start == 6, bytes[start + 3] == UInt8(ascii: ":"), let hours = pair(bytes, start + 1),
            let minutes = pair(bytes, start + 4), hours < 24, minutes < 60
        else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    func formatted(fractionDigits: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.mostBytes)
        write(fractionDigits: fractionDigits, to: &text)
        return text
    }

    /// Appends the form with so many digits after the second.
    func write(fractionDigits: Int, to text: inout [UInt8]) {
        let day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let second = seconds - day * 86400
        let (year, month, date) = Self.civil(day)
        text.append(addingCapacity: Self.mostBytes) { span in
            Self.write(year / 100, to: &span)
            Self.write(year % 100, "-", to: &span)
            Self.write(month, "-", to: &span)
            Self.write(date, "T", to: &span)
            Self.write(second / 3600, ":", to: &span)
            Self.write(second / 60 % 60, ":", to: &span)
            Self.write(second % 60, to: &span)
            if fractionDigits > 0 {
                span.append(UInt8(ascii: "."))
                var unit: UInt32 = 100_000_000
                for _ in 0..<fractionDigits {
                    span.append(UInt8(ascii: "0") + UInt8(nanoseconds / unit % 10))
                    unit /= 10
                }
            }
            span.append(UInt8(ascii: "Z"))
        }
    }

    /// Appends two digits and what separates them from the next.
    @inline(__always)
    private static func write(_ value: Int64, _ separator: Unicode.Scalar? = nil, to span: inout OutputSpan<UInt8>) {
        span.append(UInt8(ascii: "0") + UInt8(value / 10))
        span.append(UInt8(ascii: "0") + UInt8(value % 10))
        if let separator { span.append(UInt8(ascii: separator)) }
    }

    /// `YYYY-MM-DDThh:mm:ss.fffffffffZ`
    private static let mostBytes = 30
}

extension Timestamp {
    private static func digit(_ byte: UInt8) -> UInt8? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? value : nil
    }

    private static func pair(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int64? {
        guard let tens = digit(bytes[at]), let ones = digit(bytes[at + 1]) else { return nil }
        return Int64(tens) * 10 + Int64(ones)
    }

    private static func length(ofMonth month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days in the proleptic Gregorian calendar, counted in years that begin in March, so that the leap day is last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year + 400 : year + 399  // never negative
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 146_097 - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468 + 146_097
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 - 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
