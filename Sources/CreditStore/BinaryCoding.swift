/// Appends values in the store's compact binary form: LEB128 integers, length-prefixed UTF-8.
package struct BinaryWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func count(_ value: Int) { unsigned(UInt64(truncatingIfNeeded: value)) }

    package mutating func integer(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    package mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func optional(_ value: String?) {
        byte(value == nil ? 0 : 1)
        if let value { text(value) }
    }

    package mutating func texts(_ values: [String]) {
        count(values.count)
        for value in values { text(value) }
    }

    private mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Reads what ``BinaryWriter`` wrote, and refuses everything else.
package struct BinaryReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// How far it has read.
    package var offset: Int { place - bytes.startIndex }

    package static let damaged = StoreError(
        .damaged,
        "a stored value cannot be read back: restore the store from a back-up, or read the source anew"
    )

    package mutating func byte() throws(StoreError) -> UInt8 {
        guard place < bytes.endIndex else { throw Self.damaged }
        defer { place += 1 }
        return bytes[place]
    }

    /// A number of things of which each takes at least a byte: never more than what is left.
    package mutating func count() throws(StoreError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(bytes.endIndex - place) else { throw Self.damaged }
        return Int(value)
    }

    package mutating func integer() throws(StoreError) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    package mutating func text() throws(StoreError) -> String {
        let length = try count()
        let start = offset
        place += length
        // Not by `String(validating:as:)`, which looks up its generic type's metadata each time.
        guard let text = try? UTF8Span(validating: bytes.span.extracting(start..<start + length)) else {
            throw Self.damaged
        }
        return String(copying: text)
    }

    package mutating func optional() throws(StoreError) -> String? {
        switch try byte() {
        case 0: return nil
        case 1: return try text()
        default: throw Self.damaged
        }
    }

    package mutating func texts() throws(StoreError) -> [String] {
        let number = try count()
        var values: [String] = []
        values.reserveCapacity(number)
        for _ in 0..<number { values.append(try text()) }
        return values
    }

    package func end() throws(StoreError) {
        guard place == bytes.endIndex else { throw Self.damaged }
    }

    private mutating func unsigned() throws(StoreError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw Self.damaged }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
            guard shift < 64 else { throw Self.damaged }
        }
    }
}
