/// A request's path, taken apart and decoded strictly.
struct RequestPath: Hashable {
    /// Decoded; `/v1/sources` has two.
    let segments: [String]

    /// - Throws: ``Problem/badPath`` for broken percent-encoding, bad UTF-8, control characters.
    init(_ target: some StringProtocol, limit: Int) throws(Problem) {
        // A name in Chinese takes nine bytes a character: what stands behind the path may be longer than it.
        let path = target.prefix { $0 != "?" && $0 != "#" }
        guard path.utf8.count <= limit, target.utf8.count <= 8 * limit else { throw .longPath }
        guard path.first == "/" else { throw .badPath }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = Self.decode(part.utf8) else { throw .badPath }
            segments.append(segment)
        }
        self.segments = segments
    }

    /// Percent-decoded text; nil for broken encoding, bad UTF-8 and control characters.
    static func decode(_ encoded: some Sequence<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var iterator = encoded.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
