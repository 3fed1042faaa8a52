@testable import ExchangeAPI
import Testing

@Suite("Ranges of a file")
struct ByteRangeTests {
    private static let size: Int64 = 1000

    private func range(_ field: String?, if condition: String? = nil, size: Int64 = size) -> ByteRange {
        ByteRange(field, onlyIf: condition, tag: "\"tag\"", size: size)
    }

    @Test(
        "One range is cut out, as far as the file goes",
        arguments: [
            ("bytes=0-0", 0...0), ("bytes=0-999", 0...999), ("bytes=10-19", 10...19), ("bytes=990-5000", 990...999),
            ("bytes=500-", 500...999), ("bytes=999-", 999...999), ("bytes=-1", 999...999), ("bytes=-5000", 0...999),
            ("BYTES=1-2", 1...2), ("bytes= 1-2", 1...2), ("bytes=0-99999999999999999999999", 0...999),
            ("bytes=-99999999999999999999999", 0...999),
        ] as [(String, ClosedRange<Int64>)]
    )
    func parts(_ field: String, _ expected: ClosedRange<Int64>) { #expect(range(field) == .part(expected)) }

    @Test(
        "Where nothing lies, that is told",
        arguments: ["bytes=1000-", "bytes=5000-6000", "bytes=-0", "bytes=99999999999999999999999-"]
    )
    func beyond(_ field: String) { #expect(range(field) == .unsatisfiable) }

    @Test(
        "What is no single range of bytes is answered with the whole",
        arguments: [
            nil, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5", "bytes=5-4", "bytes=0-1,5-6", "bytes=0-1,",
            "lines=0-1", "bytes=+1-2", "bytes=1--2", "bytes=0x1-2", "bytes 0-1", "bytes=1-2 ",
        ] as [String?]
    )
    func others(_ field: String?) { #expect(range(field) == .whole) }

    @Test("Of another file than the one that was begun the whole is given")
    func conditions() {
        #expect(range("bytes=1-2", if: "\"tag\"") == .part(1...2))
        for other in ["\"other\"", "W/\"tag\"", "tag", "*", "", "Sat, 01 Jan 2033 00:00:00 GMT"] {
            #expect(range("bytes=1-2", if: other) == .whole, "\(other)")
        }
        #expect(range("bytes=0-", size: 0) == .unsatisfiable && range("bytes=-1", size: 0) == .unsatisfiable)
    }
}
