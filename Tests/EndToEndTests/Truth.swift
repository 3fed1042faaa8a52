import AgencySimulator
import CanonicalJSON
import CreditModel
import Foundation
import Testing

/// What is true of the simulated enterprises: each readable record, and whose it is.
struct Truth {
    private(set) var owners: [RecordReference: String] = [:]
    /// By enterprise; several rows are no word about which of them a record is of.
    private(set) var registrations: [String: [RecordReference]] = [:]

    init(_ server: AgencyServer, in folder: String) throws {
        let path = folder + "/truth"
        try server.writeTruth(to: path)
        for line in try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A) {
            let value = try JSONValue(parsing: Array(line))
            let enterprise = try #require(value["enterprise"]?.string)
            for record in value["records"]?.array ?? [] where record["unreadable"]?.bool != true {
                let reference = try RecordReference(truth: record)
                owners[reference] = enterprise
                if reference.dataset == DatasetID(.hongdun, "registration") {
                    registrations[enterprise, default: []].append(reference)
                }
            }
        }
    }
}

extension RecordReference {
    /// The four members by which truth and export name a record.
    init(truth record: JSONValue) throws {
        let role: Role =
            switch record["role"]?.string {
            case "producer": .producer
            case "seller": .seller
            case "victim": .victim
            default: .subject
            }
        self.init(
            dataset: DatasetID(
                AgencyID(rawValue: try #require(record["agency"]?.string)),
                try #require(record["dataset"]?.string)
            ),
            key: RecordKey(RecordReference.parts(try #require(record["key"]?.string))),
            role: role
        )
    }

    private static func parts(_ text: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if isEscaped || (character != "\\" && character != "|") {
                parts[parts.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                parts.append("")
            }
        }
        return parts
    }
}
