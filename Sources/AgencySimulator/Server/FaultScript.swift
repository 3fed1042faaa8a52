internal import CreditModel
internal import Foundation

/// Faults as JSON: a list of objects.
package enum FaultScript {
    private struct Line: Decodable {
        var agency: String
        var dataset: String?
        var request: Int?
        var times: Int?
        var share: Double?
        var kind: String
        var status: Int?
        var retryAfter: String?
        var bytes: Int?
        var row: Int?
        var seconds: Int?
        var levels: Int?
        var location: String?
        var encoding: String?
        var field: String?
        var value: String?
    }

    /// An agency, dataset or kind that there is not.
    package struct Unknown: Error, Hashable {
        package let name: String
        package let reason: String
    }

    package static func faults(of json: [UInt8]) throws -> [Fault] {
        try JSONDecoder().decode([Line].self, from: Data(json)).map { line in
            let agency = try agency(line)
            return Fault(
                agency: agency,
                dataset: try dataset(line, of: agency),
                request: line.request ?? 1,
                times: line.times,
                share: line.share,
                kind: try kind(line)
            )
        }
    }

    /// Why a script cannot be followed.
    package static func reason(of error: any Error) -> String {
        switch error {
        case let unknown as Unknown: return unknown.reason
        case DecodingError.keyNotFound(let key, _): return "a fault has no “\(key.stringValue)”"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
            return
                "not a list of faults: \(path.isEmpty ? "a list of objects is wanted" : path + " is of another type")"
        default: return "not a list of faults in JSON"
        }
    }

    private static func agency(_ line: Line) throws -> AgencyID {
        let agency = AgencyID(rawValue: line.agency)
        guard TableBuilder.agencies.contains(agency) else {
            let known = TableBuilder.agencies.map(\.rawValue).joined(separator: ", ")
            throw Unknown(name: line.agency, reason: "there is no agency “\(line.agency)”; agencies: \(known)")
        }
        return agency
    }

    private static func dataset(_ line: Line, of agency: AgencyID) throws -> String? {
        guard let name = line.dataset else { return nil }
        let known = DatasetShape.of(agency).map(\.id.name) + (agency == .quality ? ["manifest"] : [])
        guard known.contains(name) else {
            let list = known.joined(separator: ", ")
            throw Unknown(name: name, reason: "\(agency) has no dataset “\(name)”; datasets: \(list)")
        }
        return name
    }

    private static func kind(_ line: Line) throws -> Fault.Kind {
        switch line.kind {
        case "status": .status(line.status ?? 503, retryAfter: line.retryAfter)
        case "refuse": .refuse
        case "reset": .reset(line.bytes ?? 200)
        case "cutHead": .cutHead
        case "truncate": .truncate(line.bytes ?? 200)
        case "cut": .cut(line.bytes ?? 200)
        case "html": .html
        case "malformedRow": .malformedRow(line.row ?? 1)
        case "undecodableRow": .undecodableRow(line.row ?? 1)
        case "refusedLogin": .refusedLogin
        case "refusedRequest": .refusedRequest
        case "gap": .gap
        case "wrongEntry": .wrongEntry(line.field ?? "记录数", line.value ?? "0")
        case "foreignEncoding": .foreignEncoding(line.encoding ?? "UTF-16")
        case "foreignSequence": .foreignSequence
        case "expiredCursor": .expiredCursor
        case "busy": .busy(line.seconds ?? 1)
        case "internalError": .internalError
        case "missingFile": .missingFile
        case "wrongDigest": .wrongDigest
        case "replacedFile": .replacedFile
        case "hang": .hang(line.seconds ?? 30)
        case "redirect": .redirect(line.location ?? "/")
        case "wrongCharset": .wrongCharset
        case "byteOrderMark": .byteOrderMark
        case "doctype": .doctype
        case "trickle": .trickle
        case "endless": .endless
        case "hugeRow": .hugeRow(line.bytes ?? 20_000_000)
        case "deepNesting": .deepNesting(line.levels ?? 10_000)
        case "entityBomb": .entityBomb
        case "externalEntity": .externalEntity(line.location ?? "file:///etc/hostname")
        case "gzipBomb": .gzipBomb
        case "stall": .stall(line.bytes ?? 200, seconds: line.seconds ?? 30)
        default:
            throw Unknown(
                name: line.kind,
                reason: "there is no fault “\(line.kind)”; suixin-agencies --help lists them"
            )
        }
    }
}
