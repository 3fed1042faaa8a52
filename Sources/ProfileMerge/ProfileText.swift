import CreditModel

/// Canonical JSON (RFC 8785), appended to bytes: what a profile is written with.
///
/// Whoever calls it writes members in the order of their names.
struct ProfileText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    var count: Int { bytes.count }

    // MARK: Structure

    mutating func beginObject() { bytes.append(0x7B) }

    mutating func endObject() {
        dropComma()
        bytes.append(0x7D)
        bytes.append(0x2C)
    }

    mutating func beginArray() { bytes.append(0x5B) }

    mutating func endArray() {
        dropComma()
        bytes.append(0x5D)
        bytes.append(0x2C)
    }

    /// A member's name; its value follows.
    mutating func name(_ name: String) {
        quoted(name)
        bytes.append(0x3A)
    }

    /// The document without the comma after its end.
    consuming func finished() -> [UInt8] {
        dropComma()
        return bytes
    }

    private mutating func dropComma() { if bytes.last == 0x2C { bytes.removeLast() } }

    // MARK: Values; each leaves a comma behind, which the end of what holds it takes away

    mutating func string(_ text: String) {
        quoted(text)
        bytes.append(0x2C)
    }

    /// A text of ours, ASCII without quotation marks.
    mutating func plain(_ text: String) {
        bytes.append(0x22)
        bytes.append(contentsOf: text.utf8)
        bytes.append(0x22)
        bytes.append(0x2C)
    }

    mutating func bool(_ value: Bool) {
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
        bytes.append(0x2C)
    }

    mutating func integer(_ value: Int) {
        decimal(value)
        bytes.append(0x2C)
    }

    mutating func integers(_ values: some Sequence<Int>) {
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    /// Bytes that were written before, with their comma.
    mutating func raw(_ text: ProfileText) { bytes += text.bytes }

    mutating func date(_ date: CreditDate) {
        bytes.append(0x22)
        switch date {
        case .day(let day): digits(of: day)
        case .month(let year, let month):
            padded(year, 4)
            bytes.append(0x2D)
            padded(month, 2)
        case .year(let year): padded(year, 4)
        case .open: bytes.append(contentsOf: "open".utf8)
        }
        bytes.append(0x22)
        bytes.append(0x2C)
    }

    mutating func time(_ time: LocalTime) {
        bytes.append(0x22)
        digits(of: time.day)
        bytes.append(0x54)
        let (hour, minute, second) = time.time
        padded(hour, 2)
        bytes.append(0x3A)
        padded(minute, 2)
        bytes.append(0x3A)
        padded(second, 2)
        bytes.append(contentsOf: "+08:00".utf8)
        bytes.append(0x22)
        bytes.append(0x2C)
    }

    // MARK: Characters

    private mutating func quoted(_ text: String) {
        bytes.append(0x22)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) { escape(from: start) }
        bytes.append(0x22)
    }

    private mutating func escape(from start: Int) {
        let plain = Array(bytes[start...])
        bytes.removeSubrange(start...)
        for byte in plain {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x08: bytes += [0x5C, 0x62]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0C: bytes += [0x5C, 0x66]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(byte < 0x10 ? 0x30 : 0x31)
                bytes.append(Array("0123456789abcdef".utf8)[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
    }

    private mutating func digits(of day: Day) {
        let (year, month, dayOfMonth) = day.components
        padded(year, 4)
        bytes.append(0x2D)
        padded(month, 2)
        bytes.append(0x2D)
        padded(dayOfMonth, 2)
    }

    private mutating func padded(_ value: Int, _ width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    private mutating func decimal(_ value: Int) {
        if 0..<10 ~= value {
            bytes.append(0x30 + UInt8(value))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
    }
}
