internal import CreditModel

/// Keys as the database holds them: in an order that is the keys' own, and quick to take apart.
enum StoredKey {
    /// The parts, with U+0001 between them, which is smaller than any character that a part may hold.
    static func text(_ key: RecordKey) -> String {
        if key.parts.count == 1, let part = key.parts.first, part.utf8.allSatisfy({ $0 > 2 }) { return part }
        return key.parts.map(escaped).joined(separator: "\u{1}")
    }

    static func key(_ text: String) -> RecordKey {
        RecordKey(
            text.unicodeScalars.split(separator: "\u{1}", omittingEmptySubsequences: false).map { plain(String($0)) }
        )
    }

    private static func escaped(_ part: String) -> String {
        if part.utf8.allSatisfy({ $0 > 2 }) { return part }
        var text = ""
        for scalar in part.unicodeScalars {
            switch scalar {
            case "\u{1}": text += "\u{2}a"
            case "\u{2}": text += "\u{2}b"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func plain(_ part: String) -> String {
        if part.utf8.allSatisfy({ $0 > 2 }) { return part }
        var text = ""
        var isEscaped = false
        for scalar in part.unicodeScalars {
            if isEscaped {
                text.unicodeScalars.append(scalar == "a" ? "\u{1}" : "\u{2}")
                isEscaped = false
            } else if scalar == "\u{2}" {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// Link keys as 64-bit hashes. Two keys of one hash cost a larger set to look at, never a wrong decision.
enum LinkHash {
    static func hashes(of record: CreditRecord) -> [Int64] {
        var hashes: [Int64] = []
        for key in record.linkKeys {
            let hash = hash(of: key)
            if !hashes.contains(hash) { hashes.append(hash) }
        }
        return hashes
    }

    private static func hash(of key: LinkKey) -> Int64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        switch key {
        case .pripid(let text):
            mix(0)
            for byte in text.utf8 { mix(byte) }
        case .code(let code):
            mix(code.kind.rawValue)
            for byte in code.text.utf8 { mix(byte) }
        }
        hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int64(bitPattern: hash ^ hash >> 29)
    }

    static func bytes(_ hashes: [Int64]) -> [UInt8] {
        hashes.flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) } }
    }

    static func hashes(_ bytes: [UInt8]) -> [Int64] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            (0..<8).reduce(Int64(0)) { $0 | Int64(bytes[start + $1]) << ($1 * 8) }
        }
    }
}
