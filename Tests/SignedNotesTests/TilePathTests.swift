import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("Tile paths")
struct TilePathTests {
    struct File: Decodable {
        let good: [Case]
        let refused: [String]
    }

    struct Case: Decodable {
        let path: String
        let tile: [Part]
    }

    enum Part: Decodable {
        case word
        case number(UInt64)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(UInt64.self) { self = .number(number) } else { self = .word }
        }

        var value: UInt64 { if case .number(let number) = self { number } else { 0 } }
    }

    @Test("Our vectors are read and written as they say")
    func vectors() throws {
        for vector in try Vectors.load("tile-paths.json", as: File.self).good {
            let path = try #require(TilePath(parsing: vector.path.utf8), "\(vector.path)")
            let (index, width) = (vector.tile[1].value, Int(vector.tile[2].value))
            if case .number(let level) = vector.tile[0] {
                #expect(path == .hashes(try #require(TileAddress(level: UInt8(level), index: index, width: width))))
            } else {
                #expect(path == .entries(index: index, width: width))
            }
            #expect(path.formatted == vector.path)
        }
    }

    @Test("Every other spelling is refused")
    func refused() throws {
        for path in try Vectors.load("tile-paths.json", as: File.self).refused {
            #expect(TilePath(parsing: path.utf8) == nil, "\(path)")
        }
    }

    @Test("Every tile of a tree has one path, and comes back from it")
    func roundTrip() throws {
        for size in [1, 255, 256, 257, 70_000, 300_000] as [UInt64] {
            for tile in TileAddress.all(for: TreeSize(size)) {
                #expect(TilePath(parsing: TilePath.format(tile).utf8) == .hashes(tile))
                let bundle = TilePath.entries(index: tile.index, width: tile.width)
                #expect(TilePath(parsing: bundle.formatted.utf8) == bundle)
            }
        }
    }

    @Test("A damaged path is refused or another path")
    func damaged() {
        for good in ["tile/0/x001/x234/067.p/12", "tile/entries/x001/067"] {
            damage([UInt8](text: good)) { bytes in
                guard let path = TilePath(parsing: bytes) else { return }
                #expect([UInt8](text: path.formatted) == bytes)
            }
        }
    }
}
