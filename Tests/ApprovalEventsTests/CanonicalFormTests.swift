import ApprovalEvents
import Foundation
import TestMaterial
import Testing

@Suite("The canonical form of RFC 8785")
struct CanonicalFormTests {
    @Test("our own vectors are read and written byte for byte")
    func ownVectors() throws {
        let rows = try JSONValue(parsing: Checkout.bytes("Tests/Vectors/jcs/accepted.json")).asArray ?? []
        #expect(rows.count > 30)
        for row in rows {
            let input = try #require(row.hex("input"))
            let expected = try #require(row.hex("canonical"))
            let value = try JSONValue(parsing: input)
            #expect(String(decoding: value.canonicalBytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
            #expect(value.canonicalBytes == expected)
            #expect(try JSONValue(parsing: expected) == value, "the canonical form reads back as the same value")
        }
    }

    @Test("each byte of ASCII is escaped alike wherever it stands, and whatever stands beside it")
    func escapes() throws {
        func check(_ text: [UInt8]) {
            var written = Array("[".utf8)
            CanonicalString.append(text, to: &written)
            // An expectation of each of these thousands would take minutes.
            if written != Array("[".utf8) + Self.plainly(text) { Issue.record("\(text) is escaped as \(written)") }
        }
        for length in 0...17 {
            for byte in UInt8(0)..<0x80 {
                for place in 0..<length {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    text[place] = byte
                    check(text)
                }
                check([UInt8](repeating: byte, count: length))
            }
        }
        var random = SeededRandom(seed: 1_001)
        let mixtures: [[UInt8]] = [
            Array("\"\\\nab".utf8), Array("\"a".utf8), Array("\n\"\\".utf8), Array("\"\n\t\u{1}aé\u{7F}".utf8),
        ]
        for mixture in mixtures {
            for length in 0...64 {
                for _ in 0..<20 {
                    check((0..<length).map { _ in mixture[Int.random(in: 0..<mixture.count, using: &random)] })
                }
            }
        }
    }

    /// RFC 8785 §3.2.2.2, byte by byte.
    private static func plainly(_ text: [UInt8]) -> [UInt8] {
        var written: [UInt8] = [0x22]
        for byte in text {
            switch byte {
            case 0x08: written += [0x5C, UInt8(ascii: "b")]
            case 0x09: written += [0x5C, UInt8(ascii: "t")]
            case 0x0A: written += [0x5C, UInt8(ascii: "n")]
            case 0x0C: written += [0x5C, UInt8(ascii: "f")]
            case 0x0D: written += [0x5C, UInt8(ascii: "r")]
            case 0x22, 0x5C: written += [0x5C, byte]
            case 0..<0x20: written += String(format: "\\u%04x", byte).utf8
            default: written.append(byte)
            }
        }
        return written + [0x22]
    }

    @Test("numbers are written as ECMAScript writes them", arguments: ["own"] + (SharedData.isPresent ? ["ES6"] : []))
    func numbers(which: String) throws {
        let file =
            which == "own"
            ? try Checkout.bytes("Tests/Vectors/jcs/numbers.txt")
            : try SharedData.bytes("vectors/jcs/es6testfile_10000.txt")
        let lines = file.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count >= 1900)
        for line in lines {
            let parts = line.split(separator: UInt8(ascii: ","))
            let bits = try #require(UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16))
            let number = try #require(JSONNumber(Double(bitPattern: bits)))
            let written = JSONValue.number(number).canonicalBytes
            #expect(written == Array(parts[1]))
            #expect(try JSONValue(parsing: written, numbers: .nearest) == .number(number))
        }
    }

    @Test("numbers that exact reading accepts read back as what was written, and say the same decimal")
    func exactNumbers() throws {
        let lines = try Checkout.bytes("Tests/Vectors/jcs/numbers.txt").split(separator: UInt8(ascii: "\n"))
        var accepted = 0
        for line in lines {
            let text = Array(line.split(separator: UInt8(ascii: ","))[1])
            guard let value = try? JSONValue(parsing: text) else { continue }
            accepted += 1
            #expect(value.canonicalBytes == text)
        }
        #expect(accepted > 1000)
    }

    @Test(
        "the published texts of the RFC's authors",
        .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)),
        arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
    func published(name: String) throws {
        let input = try SharedData.bytes("vectors/jcs/testdata/input/\(name).json")
        let output = try SharedData.bytes("vectors/jcs/testdata/output/\(name).json")
        let hex = try SharedData.bytes("vectors/jcs/testdata/outhex/\(name).txt")
        let canonical = try JSONValue(parsing: input, numbers: .nearest).canonicalBytes
        #expect(canonical == output)
        let spelled = String(decoding: hex, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        #expect(canonical == spelled.compactMap { UInt8($0, radix: 16) })
    }

    @Test("infinities and NaN are no numbers, and minus zero is zero")
    func specialDoubles() {
        #expect(JSONNumber(.infinity) == nil)
        #expect(JSONNumber(-.infinity) == nil)
        #expect(JSONNumber(.nan) == nil)
        #expect(JSONNumber(-0.0) == JSONNumber(0 as Int64))
        #expect(JSONNumber(5.0) == JSONNumber(5 as Int64))
        #expect(JSONNumber(exactly: JSONNumber.largestInteger) != nil)
        #expect(JSONNumber(exactly: JSONNumber.largestInteger + 1) == nil)
        #expect(JSONNumber(exactly: .min) == nil)
    }
}

extension JSONValue {
    /// The bytes that a vector gives in hexadecimal under `name`.
    func hex(_ name: Text) -> [UInt8]? {
        guard let digits = asObject?[name]?.asString?.bytes, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { at in
            UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
