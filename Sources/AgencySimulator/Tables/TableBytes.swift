internal import CIconv
internal import CreditModel

/// Deterministic choices: a hash of whole numbers, alike on every machine.
enum Chance {
    static func hash(_ values: UInt64...) -> UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for value in values {
            state = (state ^ value) &+ 0x9E37_79B9_7F4A_7C15
            state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
            state ^= state >> 31
        }
        return state
    }

    static func hash(of text: some StringProtocol) -> UInt64 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return state
    }

    /// Whether a thing of this rate happens under this hash.
    static func happens(_ rate: Double, _ hash: UInt64) -> Bool { Double(hash >> 11) / Double(1 << 53) < rate }
}

/// Writes UTF-8 in the encoding that agencies call GB18030, GBK or gb2312, four-byte codes included.
enum GB18030 {
    struct Refused: Error {}

    static func encode(_ utf8: [UInt8]) throws -> [UInt8] {
        guard let converter = unsafe iconv_open("GB18030", "UTF-8"), UInt(bitPattern: converter) != UInt.max else {
            throw Refused()
        }
        defer { _ = unsafe iconv_close(converter) }
        var input = utf8
        // Two bytes of UTF-8 may become four of GB18030, three never more than four.
        let room = utf8.count * 2 + 16
        return try unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
            let left = unsafe input.withUnsafeMutableBytes { bytes -> Int in
                var from: UnsafeMutablePointer<CChar>? = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                var to: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutableRawPointer(output.baseAddress)?
                    .assumingMemoryBound(to: CChar.self)
                var fromLeft = bytes.count
                var toLeft = room
                let result = unsafe iconv(converter, &from, &fromLeft, &to, &toLeft)
                return result == Int.max || fromLeft > 0 ? -1 : toLeft
            }
            guard left >= 0 else { throw Refused() }
            count = room - left
        }
    }
}

/// The gzip format without compression: bytes that no version of a library changes, in members of a mebibyte.
struct PlainGzip {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// One member around at most some mebibytes.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        out.reserveCapacity(bytes.count + bytes.count / 60_000 * 5 + 40)
        var at = 0
        repeat {
            let end = min(at + 65_535, bytes.count)
            let length = UInt16(end - at)
            out.append(end == bytes.count ? 1 : 0)
            out += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            out += bytes[at..<end]
            at = end
        } while at < bytes.count
        var crc = UInt32.max
        for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 255)] ^ (crc >> 8) }
        for value in [~crc, UInt32(truncatingIfNeeded: bytes.count)] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) { out.append(UInt8(value >> shift & 255)) }
        }
        return out
    }
}

/// Fields as they stand in a row: `<NAME>text</NAME>`, or ` name="text"` where rows are attributes.
enum Markup {
    static func render(_ fields: [RawField], asAttributes: Bool, leavingAmpersands bare: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count * 2 + $1.text.utf8.count + 6 })
        for field in fields {
            if asAttributes {
                out.append(0x20)
                out += field.name.utf8
                out += [0x3D, 0x22]
            } else {
                out.append(0x3C)
                out += field.name.utf8
                out.append(0x3E)
            }
            escape(field.text, bare, into: &out)
            if asAttributes {
                out.append(0x22)
            } else {
                out += [0x3C, 0x2F]
                out += field.name.utf8
                out.append(0x3E)
            }
        }
        return out
    }

    static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        escape(text, false, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static func escape(_ text: String, _ bare: Bool, into out: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0x26: if bare { out.append(byte) } else { out += "&amp;".utf8 }
            case 0x3C: out += "&lt;".utf8
            case 0x3E: out += "&gt;".utf8
            case 0x22: out += "&quot;".utf8
            case 0x09: out += "&#9;".utf8
            case 0x0A: out += "&#10;".utf8
            case 0x0D: out += "&#13;".utf8
            default: out.append(byte)
            }
        }
    }

    /// Reads back what `render` wrote; a bare `&` stands for itself.
    static func fields(of bytes: [UInt8], asAttributes: Bool) -> [RawField] {
        var fields: [RawField] = []
        var at = 0
        func until(_ end: UInt8) -> String {
            let start = at
            while at < bytes.count, bytes[at] != end { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        while at < bytes.count {
            at += 1
            let name = until(asAttributes ? 0x3D : 0x3E)
            at += asAttributes ? 2 : 1
            let text = until(asAttributes ? 0x22 : 0x3C)
            at += asAttributes ? 1 : name.utf8.count + 3
            fields.append(RawField(name, unescaped(text)))
        }
        return fields
    }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(0x26) else { return text }
        var out = text
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#9;", "\t"), ("&#10;", "\n"), ("&#13;", "\r"), ("&amp;", "&"),
        ] { out = out.replacing(entity, with: character) }
        return out
    }
}
