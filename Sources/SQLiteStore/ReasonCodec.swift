internal import CreditModel
internal import CreditStore

/// The stored form of the reasons that Resolution gives.
enum ReasonCodec {
    static func encode(_ reason: IdentityReason) -> [UInt8] {
        var writer = BinaryWriter()
        switch reason {
        case .registryKey(let key):
            writer.byte(1)
            writer.text(key)
        case .code(let code):
            writer.byte(2)
            write(code, to: &writer)
        case .founder(let code):
            writer.byte(3)
            write(code, to: &writer)
        }
        return writer.bytes
    }

    static func encode(_ reason: ContradictionReason) -> [UInt8] {
        var writer = BinaryWriter()
        switch reason {
        case .givenTwice(let code, let holders):
            writer.byte(1)
            write(code, to: &writer)
            writer.texts(holders)
        case .agreesInNothing(let code, let holder):
            writer.byte(2)
            write(code, to: &writer)
            writer.text(holder)
        case .severalHolders(let codes):
            writer.byte(3)
            writer.count(codes.count)
            for code in codes { write(code, to: &writer) }
        case .foreignKey(let key):
            writer.byte(4)
            writer.text(key)
        }
        return writer.bytes
    }

    static func identity(_ bytes: [UInt8]) throws(StoreError) -> IdentityReason {
        var reader = BinaryReader(bytes[...])
        switch try reader.byte() {
        case 1: return .registryKey(try reader.text())
        case 2: return .code(try code(&reader))
        case 3: return .founder(try code(&reader))
        default: throw BinaryReader.damaged
        }
    }

    static func contradiction(_ bytes: [UInt8]) throws(StoreError) -> ContradictionReason {
        var reader = BinaryReader(bytes[...])
        switch try reader.byte() {
        case 1: return .givenTwice(try code(&reader), holders: try reader.texts())
        case 2: return .agreesInNothing(try code(&reader), holder: try reader.text())
        case 3:
            var codes: [Code] = []
            for _ in 0..<(try reader.count()) { codes.append(try code(&reader)) }
            return .severalHolders(codes)
        case 4: return .foreignKey(try reader.text())
        default: throw BinaryReader.damaged
        }
    }

    private static func write(_ code: Code, to writer: inout BinaryWriter) {
        writer.byte(code.kind.rawValue)
        writer.text(code.text)
    }

    private static func code(_ reader: inout BinaryReader) throws(StoreError) -> Code {
        guard let kind = CodeKind(rawValue: try reader.byte()) else { throw BinaryReader.damaged }
        return Code(kind, try reader.text())
    }
}
