import Testing

@testable import Compression

@Suite("Compression")
struct CompressionTests {
    private let text = (0..<20_000).flatMap { Array("row \($0 * 7919 % 10_007)\n".utf8) }

    private func inflate(_ bytes: [UInt8], piece: Int, ratio: Int = 200, limit: Int = 1 << 30) throws -> [UInt8] {
        let decompressor = GzipDecompressor(ratio: ratio, limit: limit)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let end = min(place + piece, bytes.count)
            decompressor.push(bytes[place..<end])
            while let part = try decompressor.next() { result += part }
            place = end
        }
        try decompressor.finish()
        return result
    }

    @Test("what was compressed comes back, in pieces of any size", arguments: [1, 1000, 1 << 20])
    func roundTrip(piece: Int) throws {
        #expect(try inflate(Gzip.compress(text), piece: piece) == text)
    }

    @Test("the same bytes compress to the same, without time and name")
    func deterministic() throws {
        let bytes = try Gzip.compress(text)
        #expect(try bytes == Gzip.compress(text))
        #expect(Array(bytes[3..<8]) == [0, 0, 0, 0, 0])
    }

    @Test("several members are one file, padding after them is none of it", arguments: [1, 3, 1 << 20])
    func members(piece: Int) throws {
        let bytes = try Gzip.compress(text) + Gzip.compress([1, 2, 3]) + Gzip.compress([]) + [0, 0, 0]
        #expect(try inflate(bytes, piece: piece) == text + [1, 2, 3])
    }

    @Test("a bomb is refused before it is inflated")
    func bomb() throws {
        let bytes = try Gzip.compress([UInt8](repeating: 0x20, count: 32 << 20))
        #expect(throws: CompressionError.overLimit) { try inflate(bytes, piece: 1000) }
        #expect(throws: CompressionError.overLimit) { try inflate(bytes, piece: 1000, ratio: 5000, limit: 1 << 20) }
    }

    @Test("a cut, a flipped bit and something after the end are refused")
    func damage() throws {
        let bytes = try Gzip.compress(text)
        #expect(throws: CompressionError.cut) { try inflate(Array(bytes.dropLast(5)), piece: 1000) }
        #expect(throws: CompressionError.cut) { try inflate([], piece: 1000) }
        var flipped = bytes
        flipped[bytes.count - 6] ^= 1
        #expect(throws: CompressionError.corrupt) { try inflate(flipped, piece: 1 << 20) }
        #expect(throws: CompressionError.corrupt) { try inflate(bytes + [1, 2, 3], piece: 1 << 20) }
    }
}
