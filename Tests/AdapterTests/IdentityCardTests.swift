import AdapterKit
import AdapterRegistry
import CreditModel
import Testing

/// Numbers of identity cards stay in the row that they came in, whatever column they stand in.
@Suite("No number of an identity card leaves its row")
struct IdentityCardTests {
    /// A column of a dataset, by its table.
    struct Place: Sendable, CustomTestStringConvertible {
        var dataset: DatasetID
        var column: String
        /// Fields that make it the edition that has the column.
        var beside: [RawField] = []
        var isCode = false
        var isRestricted = false
        var testDescription: String { "\(dataset) \(column)" }
    }

    /// Every column of every table; registries' own keys name enterprises, and are what they are.
    static let places: [Place] = AdapterRegistry.all.flatMap { type -> [Place] in
        guard let adapter = type as? any TableAdapter.Type else { return [] }
        return type.descriptor.datasets.flatMap { dataset in
            [[], [RawField("CF_XZJG", "某局")]].flatMap { beside -> [Place] in
                guard beside.isEmpty || dataset.id.name == "XZCF" else { return [] }
                return (adapter.type(dataset.id, holding: beside)?.columns ?? []).compactMap { column in
                    var place = Place(dataset: dataset.id, column: column.name, beside: beside)
                    for use in column.uses {
                        switch use {
                        case .code: place.isCode = true
                        case .restricted: place.isRestricted = true
                        case .pripid: return nil
                        default: break
                        }
                    }
                    return place
                }
            }
        }
    }

    static func row(_ place: Place, _ text: String, key: [String] = ["K", "L", "M"]) throws -> NormalisedRow {
        let type = try #require(AdapterRegistry.adapter(place.dataset.agency))
        let adapter = try type.init(
            SourceConfiguration(
                agency: place.dataset.agency,
                baseURL: "http://x",
                token: Secret("t"),
                user: "u",
                password: Secret("p")
            )
        )
        return try adapter.normalise(
            SourceRecord(
                dataset: place.dataset,
                key: RecordKey(key),
                operation: .record,
                modified: LocalTime(seconds: 0),
                sequence: 1,
                fields: place.beside + [RawField(place.column, text)],
                original: [],
                place: RowPlace(document: "", row: 1, line: 1)
            )
        )
    }

    /// Everything of a row that goes further than the store, as one text in half-width forms.
    static func published(_ row: NormalisedRow) throws -> String {
        var record = try #require(row.record)
        record.unknown = []
        for index in record.subjects.indices { record.subjects[index].codes.removeAll { $0.isRestricted } }
        return String(
            String.UnicodeScalarView(
                "\(record) \(row.drift)".unicodeScalars.map {
                    0xFF10...0xFF5A ~= $0.value ? Unicode.Scalar($0.value - 0xFEE0) ?? $0 : $0
                }
            )
        )
    }

    @Test("neither as a value nor as its original, in no column of any dataset", arguments: places)
    func columns(_ place: Place) throws {
        #expect(Self.places.count > 150)
        for number in [
            "11010519491231002X", "110105194912310021", "440106198575151233", "4401061985O3151233", "440127650315123",
            "11010519491231002X01", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X",
        ] {
            for text in [number, "张三（身份证号\(number)）虚开", " \(number) "] {
                let shown = try Self.published(Self.row(place, text))
                #expect(!shown.contains(/[0-9]{8}/), "\(text) is shown: \(shown)")
                #expect(!shown.contains("110105"), "\(text) is shown: \(shown)")
            }
        }
    }

    @Test("and a row that holds one, told or not, is known for it: its digest must not give it away", arguments: places)
    func digests(_ place: Place) throws {
        #expect(try Self.row(place, "11010519491231002X").holdsPersonalText)
        // Of an element that comes twice the second is told to nobody, as an unknown one is.
        let isSecond = place.beside.contains { $0.name == place.column }
        #expect(try Self.row(place, "广州市").holdsPersonalText == (place.isRestricted || isSecond))
    }

    @Test("as is a row with a telephone, or with anything where a person's number belongs")
    func otherPersonalTexts() throws {
        let restricted = [
            (DatasetID(.hongdun, "registration"), "TEL", "83345678"),
            (DatasetID(.quality, "XZCF"), "CF_FR_ZJHM", "护照1"),
            (DatasetID(.hongdun, "registration"), "未知", "身份证110105194912310021"),
            (DatasetID(.hongdun, "registration"), "手机", "13800138000"),
        ]
        for (dataset, column, text) in restricted {
            #expect(try Self.row(Place(dataset: dataset, column: column), text).holdsPersonalText, "\(column)")
            #expect(try !Self.row(Place(dataset: dataset, column: column), " ").holdsPersonalText, "\(column)")
        }
    }

    @Test("while enterprises' numbers stand as they came", arguments: places)
    func enterprises(_ place: Place) throws {
        guard !place.isCode else { return }
        let texts = ["注册号440106600123457", "税号440106712345672", "代码914401067123456723", "证书2014010101654321"]
        for text in texts {
            var row = try Self.row(place, text)
            // What is told of unknown values may hide more.
            row.drift = []
            let shown = try Self.published(row)
            #expect(!shown.contains("*"), "\(shown)")
        }
    }

    @Test("nor in a key of any dataset", arguments: AdapterRegistry.all.flatMap { $0.descriptor.datasets.map(\.id) })
    func keys(_ dataset: DatasetID) throws {
        let type = try #require(AdapterRegistry.adapter(dataset.agency) as? any TableAdapter.Type)
        let found = type.type(dataset, holding: [])
        let table = try #require(found)
        for index in table.key.indices {
            for number in ["11010519491231002X", "440106198575151233", "440127650315123", "张三11010519491231002X"] {
                var parts = ["K", "L", "M"].prefix(table.key.count).map { $0 }
                #expect(!table.hasRestrictedKey(RecordKey(parts)))
                parts[index] = number
                #expect(table.hasRestrictedKey(RecordKey(parts)), "\(number) as part \(index)")
            }
        }
    }

    @Test("nor in what is told of unknown codes and elements, which is no longer than a line")
    func drift() throws {
        for (column, name) in [("ENTTYPE", "code"), ("REGSTATE", "code"), ("X440106198503151233", "field")] {
            let place = Place(dataset: DatasetID(.hongdun, "registration"), column: column)
            for text in ["440106198503151233", "13800138000", "020-38388888", String(repeating: "甲", count: 500)] {
                let drift = try Self.row(place, text).drift
                #expect(drift.map(\.kind) == [name])
                #expect(drift.allSatisfy { !$0.name.contains(/[0-9]{5}/) && $0.name.count <= 120 }, "\(drift)")
            }
        }
        let currency = Place(
            dataset: DatasetID(.hongdun, "registration"),
            column: "REGCAP",
            beside: [RawField("REGCAPCUR", "440106198503151233")]
        )
        #expect(try !Self.published(Self.row(currency, "100")).contains("4401"))
    }

    @Test("nor where a broken row is printed: every restricted column of the schemas is known by name")
    func restrictedFields() {
        var found = 0
        for type in AdapterRegistry.all {
            let schema = String(decoding: type.descriptor.schema, as: UTF8.self)
            for field in schema.matches(of: /<field name="([^"]+)"([^>]*)>/) {
                let isRestricted = field.output.2.contains("restricted=\"true\"") || field.output.2.contains("纳税人识别号")
                guard isRestricted else { continue }
                found += 1
                #expect(RestrictedFields.names.contains(String(field.output.1)), "\(field.output.1)")
            }
        }
        #expect(found > 10)
    }
}
