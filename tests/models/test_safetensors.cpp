// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cstring>
#include <string>
#include <vector>

#include "core/models/safetensors.h"

using fieldmark::ErrorKind;
using fieldmark::Safetensors;

namespace {

std::vector<std::byte> file_of(const std::string& header, std::size_t data_bytes) {
    std::vector<std::byte> bytes(8 + header.size() + data_bytes);
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    for (std::size_t i = 0; i < data_bytes; ++i) bytes[8 + header.size() + i] = static_cast<std::byte>(i);
    return bytes;
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void reads_what_the_header_says() {
        const auto file = Safetensors::parse(
            file_of(R"({"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},)"
                    R"("y":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                    28),
            "m.safetensors");
        QVERIFY(file);
        QCOMPARE(file->tensors().size(), std::size_t{2});
        const auto x = file->f32("x", {2, -1});
        QVERIFY(x);
        QCOMPARE(x->data.size(), std::size_t{24});
        QCOMPARE(static_cast<int>(x->data[0]), 4);
        QVERIFY(file->f32("z", {1}).error().text.find("\"z\" is missing") != std::string::npos);
        QVERIFY(file->f32("x", {3, 2}).error().text.find("[2, 3] instead of [3, 2]") != std::string::npos);
        QVERIFY(file->f32("y", {4}).error().text.find("U8 instead of F32") != std::string::npos);
    }

    void survives_being_moved() {
        auto first =
            Safetensors::parse(file_of(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4), "m");
        QVERIFY(first);
        const Safetensors second = std::move(*first);
        QCOMPARE(static_cast<int>(second.f32("x", {1})->data[3]), 3);
    }

    void refuses_hostile_headers_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("data");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* header, int data, const char* says) {
            QTest::newRow(name) << QByteArray(header) << data << QByteArray(says);
        };
        row("not json", "{\"x\":", 4, "not a JSON object");
        row("a list", "[1,2]", 4, "not a JSON object");
        row("not utf-8", "{\"\xff\":1}", 4, "not a JSON object");
        row("no description", R"({"x":7})", 4, "\"x\" has no description");
        row("no type", R"({"x":{"shape":[1],"data_offsets":[0,4]}})", 4, "\"x\" has no element type");
        row("odd type", R"({"x":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}})", 4,
            "unknown element type");
        row("no shape", R"({"x":{"dtype":"F32","data_offsets":[0,4]}})", 4, "no usable shape");
        row("nine dimensions", R"({"x":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", 4,
            "no usable shape");
        row("negative extent", R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4,
            "whole numbers");
        row("fractional extent", R"({"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4,
            "whole numbers");
        row("extent beyond 63 bits",
            R"({"x":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}})", 4,
            "whole numbers");
        row("extent beyond 64 bits",
            R"({"x":{"dtype":"F32","shape":[36893488147419103232],"data_offsets":[0,4]}})", 4,
            "whole numbers");
        row("product wraps to four",
            R"({"x":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,4]}})", 4,
            "overflows");
        row("shape of other size", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "needs 8");
        row("one offset", R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "no data offsets");
        row("backwards", R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "outside the file");
        row("past the end", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4,
            "outside the file");
        row("negative offset", R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 4,
            "outside the file");
        row("overlap",
            R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
            6, "\"y\" overlaps");
        row("gap",
            R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}})",
            6, "gap before tensor \"y\"");
        row("left over", R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5,
            "belongs to no tensor");
        row("named twice",
            R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "\"x\" is named twice");
    }
    void refuses_hostile_headers() {
        QFETCH(QByteArray, header);
        QFETCH(int, data);
        QFETCH(QByteArray, says);
        const auto file = Safetensors::parse(file_of(header.toStdString(), static_cast<std::size_t>(data)),
                                             "m.safetensors");
        QVERIFY(!file);
        QVERIFY(file.error().kind == ErrorKind::Damaged);
        const QByteArray text = QByteArray::fromStdString(file.error().text);
        QVERIFY2(text.contains(says), text.constData());
        QVERIFY(text.contains("m.safetensors"));
    }

    void refuses_every_cut() {
        const auto whole = file_of(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8);
        QVERIFY(Safetensors::parse(whole, "m"));
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY(!Safetensors::parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)},
                                        "m"));
    }

    void refuses_a_header_length_beyond_the_file() {
        auto bytes = file_of("{}", 0);
        for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
            std::memcpy(bytes.data(), &length, 8);
            const auto file = Safetensors::parse(bytes, "m");
            QVERIFY(!file);
            QVERIFY(file.error().text.find("header claims") != std::string::npos);
        }
    }

    void survives_deep_nesting() {
        const std::string deep = "{\"x\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
        QVERIFY(!Safetensors::parse(file_of(deep, 4), "m"));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
