extension LocalTime {
    /// Reads a moment as people and programs write it: `yyyy-MM-dd`, a `T` or a blank, `HH:mm` or `HH:mm:ss` (parts of a
    /// second are dropped), then nothing for Asia/Shanghai's clock, or `Z`, or an offset such as `+08:00` (RFC 3339).
    ///
    /// - Returns: nil for anything else; a day alone is no moment.
    public init?(moment text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, let day = Day(String(decoding: bytes[..<10], as: UTF8.self)),
            [0x54, 0x74, 0x20].contains(bytes[10]), bytes[13] == 0x3A,
            let hour = Day.digits(bytes[11..<13]), hour < 24, let minute = Day.digits(bytes[14..<16]), minute < 60
        else { return nil }
        var rest = bytes[16...]
        var second = 0
        if rest.first == 0x3A {
            guard rest.count >= 3, let read = Day.digits(rest[17..<19]), read < 60 else { return nil }
            second = read
            rest = rest[19...]
            if rest.first == 0x2E {
                let fraction = rest.dropFirst().prefix { 0x30...0x39 ~= $0 }
                guard 1...9 ~= fraction.count else { return nil }
                rest = rest[fraction.endIndex...]
            }
        }
        guard let offset = LocalTime.offset(rest) else { return nil }
        let local = LocalTime(day, secondOfDay: hour * 3600 + minute * 60 + second)
        self.init(seconds: local.seconds - offset + 28_800)
    }

    /// The seconds that a zone lies east of UTC; no zone at all is Asia/Shanghai.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let first = text.first else { return 28_800 }
        if text.count == 1, first == 0x5A || first == 0x7A { return 0 }
        let start = text.startIndex
        guard text.count == 6, first == 0x2B || first == 0x2D, text[start + 3] == 0x3A,
            let hours = Day.digits(text[(start + 1)..<(start + 3)]), hours < 24,
            let minutes = Day.digits(text[(start + 4)...]), minutes < 60
        else { return nil }
        let seconds = Int64(hours * 3600 + minutes * 60)
        return first == 0x2B ? seconds : -seconds
    }
}
