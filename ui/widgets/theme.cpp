// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/theme.h"

#include <QApplication>
#include <QPixmapCache>
#include <QStyle>

#include "ui/widgets/clear_edges_style.h"

#ifdef FIELDMARK_WITH_DBUS
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#endif

namespace fieldmark {
namespace {

const QString portal_service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString portal_path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString portal_interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance_group = QStringLiteral("org.freedesktop.appearance");
const QString scheme_key = QStringLiteral("color-scheme");
constexpr unsigned prefers_dark = 1;

bool is_dark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QPalette made_of(const QColor& window, const QColor& base, const QColor& text, const QColor& button,
                 const QColor& highlight, const QColor& highlighted_text, const QColor& link) {
    QPalette palette(button, window);
    const QColor quiet =
        QColor::fromRgbF((text.redF() + window.redF()) / 2, (text.greenF() + window.greenF()) / 2,
                         (text.blueF() + window.blueF()) / 2);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, is_dark(palette) ? base.lighter(118) : base.darker(104));
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::Highlight, highlight);
    palette.setColor(QPalette::HighlightedText, highlighted_text);
    palette.setColor(QPalette::Link, link);
    palette.setColor(QPalette::LinkVisited, link);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::PlaceholderText, quiet);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
        palette.setColor(role, text);
        palette.setColor(QPalette::Disabled, role, quiet);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, quiet);
    return palette;
}

}  // namespace

QPalette Theme::dark_palette() {
    return made_of(QColor(0x2a, 0x2c, 0x2f), QColor(0x1d, 0x1f, 0x21), QColor(0xe8, 0xe8, 0xe6),
                   QColor(0x36, 0x39, 0x3d), QColor(0x3d, 0x8f, 0xd1), QColor(Qt::white),
                   QColor(0x6c, 0xb6, 0xf0));
}

QPalette Theme::light_palette() {
    return made_of(QColor(0xf2, 0xf2, 0xf1), QColor(Qt::white), QColor(0x1f, 0x22, 0x24),
                   QColor(0xf0, 0xf0, 0xef), QColor(0x1f, 0x74, 0xb8), QColor(Qt::white),
                   QColor(0x1a, 0x66, 0xa8));
}

Theme::Theme(QObject* parent)
    : QObject(parent),
      m_platform(QApplication::palette()),
      m_fusion(QApplication::style()->name().compare(QLatin1String("fusion"), Qt::CaseInsensitive) == 0) {
    if (m_fusion) QApplication::setStyle(new ClearEdgesStyle);
    ask_desktop();
}

void Theme::apply(Appearance appearance) {
    m_appearance = appearance;
    refresh();
}

void Theme::refresh() {
    const bool platform_dark = is_dark(m_platform);
    const bool dark = m_appearance == Appearance::Dark ||
                      (m_appearance == Appearance::System && (platform_dark || m_desktop_dark));
    // The platform's own colours are better than ours wherever they are what is wanted; Fusion without a
    // theme has none of its own.
    const bool themed = !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORMTHEME") || !m_fusion;
    QPalette palette = m_platform;
    if (dark != platform_dark || !themed) palette = dark ? dark_palette() : light_palette();
    if (palette == QApplication::palette()) return;
    QApplication::setPalette(palette);
}

#ifdef FIELDMARK_WITH_DBUS

void Theme::ask_desktop() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(portal_service, portal_path, portal_interface, QStringLiteral("SettingChanged"), this,
                SLOT(setting_changed(QString, QString, QDBusVariant)));
    QDBusMessage call =
        QDBusMessage::createMethodCall(portal_service, portal_path, portal_interface, QStringLiteral("Read"));
    call << appearance_group << scheme_key;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, 2000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
        const QDBusPendingReply<QDBusVariant> reply = *done;
        done->deleteLater();
        if (reply.isError()) return;
        // Read wraps its answer once more than it says.
        QVariant value = reply.value().variant();
        if (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
        m_desktop_dark = value.toUInt() == prefers_dark;
        refresh();
    });
}

void Theme::setting_changed(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group != appearance_group || key != scheme_key) return;
    m_desktop_dark = value.variant().toUInt() == prefers_dark;
    refresh();
}

#else

void Theme::ask_desktop() {}
void Theme::setting_changed(const QString&, const QString&, const QDBusVariant&) {}

#endif

}  // namespace fieldmark
